import { z } from 'zod';
import { channel, channelId, channelMode, cutCode } from './channel.ts';
import { consentReceipt, consentStatement } from './consent.ts';
import { sessionId, sha256Hex } from './fragment.ts';

const counted = { takes: z.int(), fragments: z.int(), bytes: z.int() };

/** As receipts were before text, language and longest time were part of the statement: logs of then stay readable. */
const earlierReceipt = consentReceipt.extend({
  statement: consentStatement.omit({ text: true, locale: true, maxSessionMinutes: true }),
});

/** What can be told in the audit log of a device, one variant per kind of event. */
export const auditEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('consent.given'), receipt: z.union([consentReceipt, earlierReceipt]) }),
  z.object({
    type: z.literal('session.started'),
    sessionId,
    channels: z.array(z.object({ id: channelId, mode: channelMode })),
    /** SHA-256 of the consent receipt as the service countersigned it (compact JWS). */
    consentSha256: sha256Hex.exactOptional(),
  }),
  z.object({ type: z.literal('session.refused'), sessionId, code: z.string() }),
  z.object({
    type: z.literal('take.started'),
    sessionId,
    channelId,
    take: z.int(),
    startedAtMs: z.number(),
    /** What the platform calls the device that was opened. */
    device: z.string().exactOptional(),
    fingerprint: channel.shape.fingerprint,
  }),
  z.object({
    type: z.literal('take.ended'),
    sessionId,
    channelId,
    take: z.int(),
    reason: z.string(),
    fragments: z.int(),
  }),
  z.object({
    type: z.literal('channel.gap'),
    sessionId,
    channelId,
    fromMs: z.number(),
    toMs: z.number(),
    reason: z.string(),
  }),
  /** A channel that goes on and brings nothing of use: silence, black, one picture for ever. */
  z.object({ type: z.literal('channel.trouble'), sessionId, channelId, code: z.string() }),
  /** It does again; `code` is what is over. */
  z.object({ type: z.literal('channel.recovered'), sessionId, channelId, code: z.string() }),
  z.object({ type: z.literal('channel.lost'), sessionId, channelId, code: z.string() }),
  z.object({ type: z.literal('session.paused'), sessionId, atMs: z.number(), by: z.string() }),
  z.object({
    type: z.literal('session.resumed'),
    sessionId,
    atMs: z.number(),
    /** What ended the pause where it was not the person: `wake` or `unlock`. */
    by: z.string().exactOptional(),
    /** Where a crash had cut the recording off: how long nothing of it was captured, in milliseconds. */
    gapMs: z.number().exactOptional(),
  }),
  /** The wall clock was set or the machine stood still: the takes ended and others began. */
  z.object({ type: z.literal('session.clock-stepped'), sessionId, atMs: z.number(), stepMs: z.number() }),
  z.object({
    type: z.literal('session.stopped'),
    sessionId,
    atMs: z.number(),
    activeMs: z.number(),
    by: z.string(),
  }),
  z.object({
    type: z.literal('channel.delivered'),
    sessionId,
    channelId,
    ...counted,
    digest: sha256Hex,
    /** SHA-256 of the service's signed receipt (compact JWS); absent in what is from before there were such. */
    receiptSha256: sha256Hex.exactOptional(),
  }),
  /**
   * In place of `channel.delivered` where the service took no more of it (`cutBy`): the counts are of what it holds, and
   * `left` fragments are only here.
   */
  z.object({
    type: z.literal('channel.cut'),
    sessionId,
    channelId,
    cutBy: cutCode,
    ...counted,
    digest: sha256Hex,
    left: z.int(),
  }),
  z.object({ type: z.literal('channel.forgotten'), sessionId, channelId, ...counted, dropped: z.int() }),
  /** A crash had cut it off; it was finished at a later start with what was stored. */
  z.object({ type: z.literal('session.recovered'), sessionId, activeMs: z.number() }),
  /** Written in the clear to files of the person's own. */
  z.object({
    type: z.literal('recording.exported'),
    sessionId,
    channelIds: z.array(channelId),
    files: z.int(),
  }),
  z.object({
    type: z.literal('recording.purged'),
    sessionId,
    /** `cut-short`: begun for one of the others, and finished at a later start. */
    reason: z.enum(['delivered', 'deleted-by-person', 'deleted-at-service', 'consent-revoked', 'cut-short']),
    /** Where it was one channel of the recording and not all of it. */
    channelId: channelId.exactOptional(),
    files: z.int(),
  }),
  /** The person took the consent back for one channel; `erase`: and what was stored of it was to go. */
  z.object({
    type: z.literal('consent.revoked'),
    sessionId,
    channelId,
    atMs: z.number(),
    erase: z.boolean(),
  }),
  /** Another policy came into force while this session was under way; `ended` are the channels it no longer allows. */
  z.object({
    type: z.literal('policy.changed'),
    sessionId,
    fromVersion: z.int(),
    toVersion: z.int(),
    ended: z.array(channelId),
  }),
  z.object({ type: z.literal('policy.refused'), sessionId, reason: z.string() }),
  /** Another key signs for the media service at this address from now on, as your backend names it (RFC 7638 thumbprints). */
  z.object({ type: z.literal('trust.replaced'), origin: z.string(), fromKid: z.string(), toKid: z.string() }),
  /**
   * The log of before was damaged or changed, and lies beside this one as it was found: what comes after is another chain. An
   * entry like this begins the new log for each that lies there.
   */
  z.object({
    type: z.literal('audit.set-aside'),
    /** Name of the folder with that log, its head and its key, in the data folder. */
    folder: z.string(),
    /** What verifying it says. */
    found: z.string(),
    /** SHA-256 of the file; null where there was none, or none that the disk gives. */
    sha256: sha256Hex.nullable(),
    /** How many of its lines are entries whose own hash is right, and the hash of the last of them; 64 zeros where none is. */
    entries: z.int(),
    lastHash: sha256Hex,
  }),
  z.object({ type: z.literal('session.complete'), sessionId }),
  z.object({ type: z.literal('session.failed'), sessionId, code: z.string(), kept: z.string() }),
]);
export type AuditEvent = z.infer<typeof auditEvent>;

/** One line of the log. `hash` is SHA-256 over the canonical JSON of the entry without `hash`. */
export const auditEntry = z.object({
  sequence: z.int().min(1),
  at: z.iso.datetime(),
  /** Who did it: an end user id, or `tallylight` for what the program does by itself. */
  actor: z.string(),
  event: auditEvent,
  /** Hash of the entry before; 64 zeros for the first. */
  previous: sha256Hex,
  /**
   * HMAC-SHA256 under a key of the device, over the canonical JSON of the entry without `mac` and `hash`; absent in what is
   * from before logs had a head (`auditHead`).
   */
  mac: sha256Hex.exactOptional(),
  hash: sha256Hex,
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** What came of an action on the service. */
export const auditOutcome = z.enum(['done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcome>;

/**
 * One entry of the service's log, one chain per tenant. It holds ids, never names: what links an entry to a person lies beside
 * the chain, so that erasing the person leaves the chain whole.
 */
export const serviceAuditEntry = z.object({
  sequence: z.int().min(1),
  at: z.iso.datetime(),
  /** `key:key-…`, `token:fam-…` (`bearer:fam-…` without proof of possession), `admin:adm-…`, `system`, `nobody`. */
  actor: z.string().max(200),
  /** `noun.verb`, e.g. `video.download`. */
  action: z.string().max(100),
  /** Id of what it was done to; empty where there is none. */
  object: z.string().max(200),
  outcome: auditOutcome,
  /** An error code, a role, a version: why it came out so; empty where there is nothing to say. */
  reason: z.string().max(500),
  /** Hash of the entry before; 64 zeros for the first. */
  previous: sha256Hex,
  /** SHA-256 over the canonical JSON of the entry without `hash`. */
  hash: sha256Hex,
});
export type ServiceAuditEntry = z.infer<typeof serviceAuditEntry>;

/** Where a log ended at a time: kept outside of it, so that a log that was cut or written anew is found. */
export const auditHead = z.object({ sequence: z.int().min(0), hash: sha256Hex });
export type AuditHead = z.infer<typeof auditHead>;
