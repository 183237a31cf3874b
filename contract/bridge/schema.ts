import { z } from 'zod';
import { channelId, channelMode } from '../channel.ts';
import { sessionId } from '../fragment.ts';
import { settingsChange } from '../settings.ts';
import { LIBRARY_PAGE, libraryExported, libraryPage, libraryVerified, playable } from './library.ts';
import type { CallName } from './names.ts';
import { snapshot } from './snapshot.ts';

const nothing = z.strictObject({});
const oneRecording = z.strictObject({ sessionId });
/** A kind of permission, in any spelling that main knows: `screen-capture`, `screen_capture`, `display`. */
const permission = z.strictObject({ kind: z.string().max(32) });

/** Request and response of every call a face may make. Whole snapshots come back, never diffs. */
export const CALLS = {
  'snapshot.read': { request: nothing, response: snapshot },
  /** Looks at the devices again; only while nothing records. */
  'channels.refresh': { request: nothing, response: snapshot },
  /** `follow`: whether a default device is followed when the system makes another one the default; absent: as before. */
  'channel.choose': {
    request: z.strictObject({ channelId, mode: channelMode, follow: z.boolean().exactOptional() }),
    response: snapshot,
  },
  /**
   * The act of consent, and the start. `channels` is what the person saw when they agreed: where it is not what
   * would be recorded, nothing starts.
   */
  'session.agree': {
    request: z.strictObject({
      channels: z
        .array(
          z.strictObject({
            id: channelId,
            mode: channelMode.exclude(['off']),
            follow: z.boolean().exactOptional(),
          }),
        )
        .min(1)
        .max(32),
      policyVersion: z.int(),
      /** What was on the screen, word for word, and its language (BCP 47). */
      text: z.string().min(1).max(8000),
      locale: z.string().min(2).max(35),
    }),
    response: snapshot,
  },
  /** The person takes their consent back for one channel of the recording; `erase`: and what was stored of it is to go. */
  'consent.revoke': {
    request: z.strictObject({ channelId, erase: z.boolean() }),
    response: snapshot,
  },
  /** Without a reason the person asks; a host says why it does. */
  'session.pause': {
    request: z.strictObject({ reason: z.enum(['no-window']).exactOptional() }),
    response: snapshot,
  },
  'session.resume': { request: nothing, response: snapshot },
  'session.stop': {
    request: z.strictObject({ reason: z.enum(['duration', 'signal']).exactOptional() }),
    response: snapshot,
  },
  /** After `complete` or `failed`: a new session from the backend, back to `idle`. */
  'session.renew': { request: nothing, response: snapshot },
  /**
   * The person's word that the recording which a crash cut off (`interrupted` in the snapshot) goes on, under the consent that
   * was given for it.
   */
  'interrupted.continue': { request: nothing, response: snapshot },
  /** It does not go on: it is finished with what is stored, and delivered. */
  'interrupted.finish': { request: nothing, response: snapshot },
  /** Makes the system ask where it can and has not. Answered when the person has, which may take minutes. */
  'permission.request': { request: permission, response: snapshot },
  /** Opens the system's settings at the right place; `not-now` where there is none to open. */
  'permission.open-settings': { request: permission, response: snapshot },
  /** Finishes what records, ends the app and starts it anew; `not-now` on a host that cannot (`canReopen`). */
  'app.reopen': { request: nothing, response: snapshot },
  /** What is left out stays as it is. Answered when it is on the disk. */
  'settings.change': { request: settingsChange, response: snapshot },
  /** The recordings of this device, the newest first; `from` of them are passed over. */
  'library.list': {
    request: z.strictObject({ from: z.int().min(0), limit: z.int().min(1).max(LIBRARY_PAGE) }),
    response: libraryPage,
  },
  /** Checks every byte that is here, and what the service signed for; how far it is tells `library.job` of the snapshot. */
  'library.verify': { request: oneRecording, response: libraryVerified },
  /** Writes it as MP4 files, in the clear, to where the person is asked for by main or its host. */
  'library.export': { request: oneRecording.extend({ perChannel: z.boolean() }), response: libraryExported },
  /** Ends what is being verified or exported. */
  'library.cancel': { request: nothing, response: snapshot },
  /** Opens it for the player, in place of the one that is open; its media come from the host, at `mediaPath`. */
  'library.open': { request: oneRecording, response: playable },
  'library.close': { request: nothing, response: snapshot },
  /** Destroys it on this device. */
  'library.delete': { request: oneRecording, response: snapshot },
} as const satisfies Record<CallName, { request: z.ZodType; response: z.ZodType }>;

/** A call over the loopback WebSocket. */
export const callMessage = z.strictObject({
  kind: z.literal('call'),
  id: z.int().min(0),
  name: z.string().max(64),
  request: z.unknown(),
});
