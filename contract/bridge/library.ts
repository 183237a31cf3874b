import { z } from 'zod';
import { channelId, channelKind, channelMode } from '../channel.ts';
import { sessionId } from '../fragment.ts';
import { trouble } from './snapshot.ts';

/** One recording of this device, or what is left of it, as the library lists it. */
export const libraryEntry = z.object({
  sessionId,
  /** Null where it had none, and where only the service's receipt is left here, which names no title. */
  title: z.string().nullable(),
  /** Null where only the receipt is left, or what is known of it cannot be read. */
  startedAt: z.iso.datetime().nullable(),
  /** Recorded time without pauses, in milliseconds; null until it has ended, and where only the receipt is left. */
  activeMs: z.number().nullable(),
  /** `cut-off`: a crash ended it, and it is not finished yet. */
  state: z.enum(['recording', 'cut-off', 'ended']),
  /**
   * Where its media are. `here`: on this device only; `both`: here and at the service; `both-in-part`: the service took not
   * all of it, and the rest is only here; `there`: at the service only.
   */
  place: z.enum(['here', 'both', 'both-in-part', 'there']),
  channels: z.array(
    z.object({
      id: channelId,
      /** Null where only the receipt is left, which names ids. */
      name: z.string().nullable(),
      kind: channelKind,
      mode: channelMode.exclude(['off']),
      /** Stored here, or what the service signed for; null while it is not known: it has not ended. */
      bytes: z.int().nullable(),
      /** The person or the service had it erased. */
      isErased: z.boolean(),
    }),
  ),
  /** When the service signed that it holds it. */
  signedAt: z.iso.datetime().nullable(),
  /** Why nothing can be said of it. */
  trouble: trouble.nullable(),
});
export type LibraryEntry = z.infer<typeof libraryEntry>;

/** How many entries come at a time at most. */
export const LIBRARY_PAGE = 1000;

export const libraryPage = z.object({
  /** As in the snapshot: where it has grown, a list that is being read is begun anew. */
  revision: z.int(),
  /** The newest first. */
  entries: z.array(libraryEntry),
  total: z.int(),
});
export type LibraryPage = z.infer<typeof libraryPage>;

/** One take of one channel on the timeline of the recording, which is the session clock without its pauses. */
export const playableTake = z.object({
  take: z.int(),
  /** Media type with its codec, as `MediaSource.isTypeSupported` takes it. */
  type: z.string(),
  /** From sequence 1 on; the init segment is sequence 0. */
  fragments: z.array(z.object({ atMs: z.number(), durationMs: z.number(), bytes: z.int() })),
});
export type PlayableTake = z.infer<typeof playableTake>;

export const playableTrack = z.object({
  channelId,
  name: z.string(),
  kind: channelKind,
  takes: z.array(playableTake),
});
export type PlayableTrack = z.infer<typeof playableTrack>;

/** What a player needs to know; the media itself comes from the host, at `mediaPath`. */
export const playable = z.object({
  sessionId,
  title: z.string().nullable(),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  tracks: z.array(playableTrack),
});
export type Playable = z.infer<typeof playable>;

/** What a verification found of a recording in which nothing is wrong. */
export const libraryVerified = z.object({
  /** Null where the copy here was purged after its delivery. */
  media: z.object({ fragments: z.int(), bytes: z.int() }).nullable(),
  /** When the service signed, and whether its key is one that is pinned here now; null: it did not sign for it yet. */
  signed: z.object({ at: z.iso.datetime(), isPinned: z.boolean() }).nullable(),
});
export type LibraryVerified = z.infer<typeof libraryVerified>;

export const libraryExported = z.object({
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
});
export type LibraryExported = z.infer<typeof libraryExported>;
