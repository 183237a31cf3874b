import { z } from 'zod';
import type { ChannelKind, ChannelMode } from './channel.ts';
import { CHANNEL_KINDS, channelKind, channelMode } from './channel.ts';

/** The admin's word. The media service sends it with the session; the client shows and obeys it. */
export const policy = z.object({
  version: z.int().min(1),
  organisation: z.string().min(1).max(200),
  /** Modes allowed per kind of channel; `off` is always allowed. */
  allowed: z.record(channelKind, z.array(channelMode)),
  purpose: z.string().min(1).max(500),
  /** Days that stored recordings are kept; null: until somebody deletes them. */
  retentionDays: z.int().positive().nullable(),
  /** Who gets what is recorded, as shown at consent. */
  recipients: z.array(z.string().min(1).max(200)).min(1),
  /** What happens to the encrypted copy on this device once every fragment has a receipt. */
  localCopy: z.enum(['keep', 'purge-after-delivery']),
  /**
   * Whether locking the screen pauses a recording until it is unlocked; absent: it goes on. Sleep always ends the
   * takes, and waking up begins new ones.
   */
  pauseOnLock: z.boolean().exactOptional(),
  /** Seconds; upper bound for client tokens. */
  tokenMaxSeconds: z.int().min(60).max(900),
});
export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = {
  version: 1,
  organisation: 'This device',
  allowed: {
    mic: ['off', 'live', 'keep'],
    system_audio: ['off', 'live', 'keep'],
    display: ['off', 'live', 'keep'],
  },
  purpose: 'Meeting notes',
  retentionDays: null,
  recipients: ['The media service on this device'],
  localCopy: 'keep',
  tokenMaxSeconds: 900,
};

export function isAllowed(policy: Policy, kind: ChannelKind, mode: ChannelMode): boolean {
  return mode === 'off' || policy.allowed[kind].includes(mode);
}

/** The most restrictive of several policies: what any of them forbids is forbidden. */
export function strictest(first: Policy, second: Policy): Policy {
  const allowed = { ...first.allowed };
  for (const kind of CHANNEL_KINDS)
    allowed[kind] = first.allowed[kind].filter((mode) => second.allowed[kind].includes(mode));
  const days = [first.retentionDays, second.retentionDays].filter((d) => d !== null);
  return {
    ...first,
    allowed,
    retentionDays: days.length === 0 ? null : Math.min(...days),
    localCopy: first.localCopy === 'keep' && second.localCopy === 'keep' ? 'keep' : 'purge-after-delivery',
    ...(first.pauseOnLock === true || second.pauseOnLock === true ? { pauseOnLock: true } : {}),
    tokenMaxSeconds: Math.min(first.tokenMaxSeconds, second.tokenMaxSeconds),
  };
}
