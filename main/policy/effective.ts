import { CHANNEL_KINDS } from '../../contract/channel.ts';
import { type Policy, stricterRule, strictest } from '../../contract/policy.ts';
import type { LocalPolicy } from './local.ts';

/**
 * What applies on this device: the strictest of the policy in force, of others that are known of the same collection,
 * and of what whoever manages this machine says. Words, version and retention are those in force. How long the service
 * keeps is its own to say and not ours to shorten: where it says longer than is allowed here, nothing may be stored there.
 */
export function effectivePolicy(
  inForce: Policy,
  others: readonly Policy[],
  local: LocalPolicy | undefined,
): Policy {
  const known = others.reduce(strictest, inForce);
  const all = local === undefined ? known : strictest(known, withParts(known, local));
  if (all.retentionDays === inForce.retentionDays) return all;
  return { ...all, retentionDays: inForce.retentionDays, channels: withoutKeeping(all.channels) };
}

function withParts(policy: Policy, { channels, ...parts }: LocalPolicy): Policy {
  return { ...policy, ...parts, channels: { ...policy.channels, ...channels } };
}

function withoutKeeping(channels: Policy['channels']): Policy['channels'] {
  const stricter = { ...channels };
  for (const kind of CHANNEL_KINDS) stricter[kind] = stricterRule(channels[kind], 'ephemeral');
  return stricter;
}
