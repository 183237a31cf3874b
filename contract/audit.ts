import { z } from 'zod';
import { channel, channelId, channelMode } from './channel.ts';
import { consentReceipt } from './consent.ts';
import { sessionId, sha256Hex } from './fragment.ts';

const counted = { takes: z.int(), fragments: z.int(), bytes: z.int() };

/** What can be told in the audit log of a device, one variant per kind of event. */
export const auditEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('consent.given'), receipt: consentReceipt }),
  z.object({
    type: z.literal('session.started'),
    sessionId,
    channels: z.array(z.object({ id: channelId, mode: channelMode })),
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
  z.object({ type: z.literal('channel.delivered'), sessionId, channelId, ...counted, digest: sha256Hex }),
  z.object({ type: z.literal('channel.forgotten'), sessionId, channelId, ...counted, dropped: z.int() }),
  z.object({
    type: z.literal('recording.purged'),
    sessionId,
    reason: z.enum(['delivered', 'deleted-by-person']),
    files: z.int(),
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
  hash: sha256Hex,
});
export type AuditEntry = z.infer<typeof auditEntry>;
