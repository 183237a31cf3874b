import { z } from 'zod';
import type { ChannelKind, ChannelMode } from './channel.ts';
import { CHANNEL_KINDS, channelKind } from './channel.ts';

/**
 * What the admin decides for one kind of channel. `off` is everybody's right under each of them: `stored` means that what
 * is recorded is kept, not that somebody has to record.
 */
export const CHANNEL_RULES = ['forbidden', 'ephemeral', 'choose', 'stored'] as const;
export const channelRule = z.enum(CHANNEL_RULES);
export type ChannelRule = z.infer<typeof channelRule>;

const MODES_OF: Readonly<Record<ChannelRule, readonly ChannelMode[]>> = {
  forbidden: ['off'],
  ephemeral: ['off', 'live'],
  choose: ['off', 'live', 'keep'],
  stored: ['off', 'keep'],
};

/** Shown to people before they agree: one line that can be seen, in the order it is written in. */
function shownText(longest: number) {
  return z
    .string()
    .max(longest)
    .refine(
      (text) => text.isWellFormed() && text === text.trim() && /[\p{L}\p{N}\p{P}\p{S}]/u.test(text),
      'text that can be read',
    )
    .refine(
      (text) => !/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(text),
      'one line, without control characters',
    );
}

/**
 * The admin's word for one collection. The media service signs it and sends it with the session; the client verifies, shows
 * and obeys it, and the service refuses what does not.
 */
export const policy = z.object({
  version: z.int().min(1),
  organisation: shownText(200),
  channels: z.record(channelKind, channelRule),
  purpose: shownText(500),
  /** Days that stored recordings are kept; null: until somebody deletes them. */
  retentionDays: z.int().positive().max(36_500).nullable(),
  /** Minutes from the start after which a session ends, pauses included; null: as long as the person likes. */
  maxSessionMinutes: z.int().positive().max(525_600).nullable(),
  /** Who gets what is recorded, as shown at consent. */
  recipients: z.array(shownText(200)).min(1).max(20),
  /** What happens to the encrypted copy on this device once every fragment has a receipt. */
  localCopy: z.enum(['keep', 'purge-after-delivery']),
  /**
   * Whether locking the screen pauses a recording until it is unlocked; absent: it goes on. Sleep always ends the
   * takes, and waking up begins new ones.
   */
  pauseOnLock: z.boolean().exactOptional(),
  /** Seconds; upper bound for client tokens. */
  tokenMaxSeconds: z.int().min(60).max(900),
  /** Whether clients that cannot prove possession of a key (RFC 9449), as the official SDK, may record. */
  bearerClients: z.boolean(),
});
export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = {
  version: 1,
  organisation: 'This device',
  channels: { mic: 'choose', system_audio: 'choose', display: 'choose' },
  purpose: 'Meeting notes',
  retentionDays: null,
  maxSessionMinutes: null,
  recipients: ['The media service on this device'],
  localCopy: 'keep',
  tokenMaxSeconds: 900,
  bearerClients: false,
};

export function isAllowed(policy: Policy, kind: ChannelKind, mode: ChannelMode): boolean {
  return MODES_OF[policy.channels[kind]].includes(mode);
}

/** The rule that allows what both allow: `ephemeral` and `stored` leave nothing but `forbidden`. */
export function stricterRule(first: ChannelRule, second: ChannelRule): ChannelRule {
  const both = MODES_OF[first].filter((mode) => MODES_OF[second].includes(mode));
  const rule = CHANNEL_RULES.find(
    (each) => MODES_OF[each].length === both.length && both.every((mode) => MODES_OF[each].includes(mode)),
  );
  return rule ?? 'forbidden';
}

/** The most restrictive of several policies: what any of them forbids is forbidden. Words and version are the first's. */
export function strictest(first: Policy, second: Policy): Policy {
  const channels = { ...first.channels };
  for (const kind of CHANNEL_KINDS)
    channels[kind] = stricterRule(first.channels[kind], second.channels[kind]);
  return {
    ...first,
    channels,
    retentionDays: least(first.retentionDays, second.retentionDays),
    maxSessionMinutes: least(first.maxSessionMinutes, second.maxSessionMinutes),
    localCopy: first.localCopy === 'keep' && second.localCopy === 'keep' ? 'keep' : 'purge-after-delivery',
    ...(first.pauseOnLock === true || second.pauseOnLock === true ? { pauseOnLock: true } : {}),
    tokenMaxSeconds: Math.min(first.tokenMaxSeconds, second.tokenMaxSeconds),
    bearerClients: first.bearerClients && second.bearerClients,
  };
}

/** Null is no bound at all. */
function least(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second;
  return Math.min(first, second);
}

/** Header `typ` of a policy as the service signs it. */
export const POLICY_TYP = 'tallylight-policy+jwt';

/** What the service signs: a policy and whose it is. */
export const policyClaims = z.object({
  tenant: z.string(),
  collection: z.string(),
  /** Unix time in seconds, when it was signed. */
  iat: z.int(),
  policy,
});
export type PolicyClaims = z.infer<typeof policyClaims>;
