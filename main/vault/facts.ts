import { z } from 'zod';
import { channel, channelId, channelKind, channelMode, cutCode } from '../../contract/channel.ts';
import { sessionId } from '../../contract/fragment.ts';
import { manifestChannel } from '../../contract/wire.ts';

/** One consent that was taken back; `atMs` is on the session clock. */
export const revokedChannel = z.object({
  channelId,
  erase: z.boolean(),
  atMs: z.number().min(0),
  told: z.boolean(),
});
export type RevokedChannel = z.infer<typeof revokedChannel>;

/** One stored channel of which the service takes nothing more, and how much of it that holds, from its beginning. */
export const cutChannel = z.object({ channelId, code: cutCode, fragments: z.int(), bytes: z.int() });
export type CutChannel = z.infer<typeof cutChannel>;

/** What is known of a recording apart from its media; sealed on disk with the recording's own key. */
export const recordingFacts = z.object({
  format: z.literal(2),
  sessionId,
  /** Media service this recording goes to. */
  server: z.string(),
  title: z.string().nullable(),
  endUserId: z.string(),
  startedAt: z.iso.datetime(),
  /**
   * Unix time in milliseconds of the session clock's zero: by it the clock goes on after a crash. Absent in recordings of
   * before, which do not go on.
   */
  anchorWallMs: z.number().exactOptional(),
  localCopy: z.enum(['keep', 'purge-after-delivery']),
  channels: z.array(
    z.object({
      id: channelId,
      name: z.string(),
      kind: channelKind,
      mode: channelMode.exclude(['off']),
      rtstreamId: z.string(),
      /** Of a display; see `Channel`. */
      fingerprint: channel.shape.fingerprint,
      /** What the platform called the device that was agreed to: by it the channel is found again after a crash. */
      device: z.string().exactOptional(),
      /** Whether the default device is followed. */
      follow: z.literal(true).exactOptional(),
    }),
  ),
  /** Null while it records, and after a crash until it is finished at the next start. */
  ended: z
    .object({
      at: z.iso.datetime(),
      durationMs: z.number(),
      activeMs: z.number(),
      /** Counts of the live-only channels, which no file can tell. */
      live: z.array(manifestChannel),
      /** What the stored channels held then: a file that is missing or cut off since is found by it. */
      stored: z.array(manifestChannel),
    })
    .nullable(),
  /** Whether the service confirmed that it holds every stored fragment, but for what it takes no more of (`cut`). */
  delivered: z.boolean(),
  /** How many fragments of each channel had a receipt when `delivered` was noted; absent in recordings of before. */
  receipted: z.record(channelId, z.int()).exactOptional(),
  /** The service's signed receipt (`deliveryClaims`) that was verified before `delivered` was noted. */
  receipt: z.string().exactOptional(),
  /** Their rest is only here. */
  cut: z.array(cutChannel).exactOptional(),
  /** The consent receipt as the service countersigned it (`countersignedConsent`); absent in recordings of before. */
  consent: z.string().exactOptional(),
  /** Channels whose consent was taken back, and whether the service knows. */
  revoked: z.array(revokedChannel).exactOptional(),
  /** Channels of which nothing is to be left here: what a crash left of them goes when the recording is opened. */
  erased: z.array(channelId).exactOptional(),
});
export type RecordingFacts = z.infer<typeof recordingFacts>;

/** Stored channels of which something is only here, and is not to be erased. */
export function onlyHere({ cut = [], erased = [] }: RecordingFacts): readonly CutChannel[] {
  return cut.filter(({ channelId }) => !erased.includes(channelId));
}
