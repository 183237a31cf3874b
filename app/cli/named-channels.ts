import type { Channel } from '../../contract/channel.ts';
import { fail, ok, type Result } from '../../contract/result.ts';

/** A display by its fingerprint, which outlasts restarts and other monitors, where its number does not. */
const BY_FINGERPRINT = /^display:([0-9a-f]{16})$/;

/**
 * The id under which a channel is listed now, for `display:` with a fingerprint; any other id is its own. Errors:
 * `device-gone` where no display has it, `channel-unknown` where more than one has, as some monitors share one.
 */
export function listedId(
  id: string,
  channels: readonly Pick<Channel, 'id' | 'fingerprint'>[],
): Result<string> {
  const fingerprint = BY_FINGERPRINT.exec(id)?.[1];
  if (fingerprint === undefined) return ok(id);
  const [found, ...more] = channels.filter((channel) => channel.fingerprint === fingerprint);
  if (found === undefined) return fail('device-gone', id);
  if (more.length === 0) return ok(found.id);
  return fail('channel-unknown', `${id} is ${[found, ...more].map((channel) => channel.id).join(' and ')}`);
}
