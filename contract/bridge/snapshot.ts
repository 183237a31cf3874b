import { z } from 'zod';
import { area, channelId, channelKind, channelMode, cutCode } from '../channel.ts';
import { ERROR_CODES } from '../errors.ts';
import { sessionId } from '../fragment.ts';
import { MEANING_NAMES } from '../meanings.ts';
import { settingsView } from '../settings.ts';
import { KEPT, SENTENCE_CODES, WAITS, WARNINGS } from '../spoken/spoken.ts';

/** As an error is told; a face in another language finds the words by `meaning`, or else by `code`. */
export const trouble = z.object({
  code: z.enum(ERROR_CODES),
  meaning: z.enum(MEANING_NAMES).exactOptional(),
  message: z.string(),
  action: z.string(),
  retryable: z.boolean(),
  detail: z.string().exactOptional(),
});

/** The lamp: the one state that window, tray, overlay and title show. It follows fragments, not clicks. */
export const lamp = z.enum(['off', 'live', 'paused', 'trouble']);
export type Lamp = z.infer<typeof lamp>;

/** `idle → consenting → starting → recording ⇄ paused → stopping → delivering → complete`, or `failed`. */
export const sessionState = z.enum([
  'idle',
  'consenting',
  'starting',
  'recording',
  'paused',
  'stopping',
  'delivering',
  'complete',
  'failed',
]);
export type SessionState = z.infer<typeof sessionState>;

export const channelState = z.enum(['idle', 'starting', 'live', 'paused', 'reconnecting', 'lost', 'ended']);
export type ChannelState = z.infer<typeof channelState>;

/** Why a part of a channel is missing: an error, what made another take necessary, or that a crash had cut the recording off. */
export const gapReason = z.enum([
  ...ERROR_CODES,
  'default-changed',
  'display-changed',
  'clock-stepped',
  'cut-off',
]);
export type GapReason = z.infer<typeof gapReason>;

/** What was to be recorded and was not, as far as it is over. */
export const gapsView = z.object({ count: z.int(), seconds: z.number(), lastReason: gapReason.nullable() });
export type GapsView = z.infer<typeof gapsView>;

export const channelView = z.object({
  id: channelId,
  kind: channelKind,
  /** Of a channel that follows the default: the device that is captured now. */
  name: z.string(),
  area: area.optional(),
  /** Of a display whose system tells which monitor it is; see `channel` in contract/channel.ts. */
  fingerprint: z.string().exactOptional(),
  state: channelState,
  mode: channelMode,
  /** Whether this default device is followed when another one becomes the default; null: not a default device. */
  follows: z.boolean().nullable(),
  /** Modes the policy allows; the others stay visible, locked. */
  allowed: z.array(channelMode),
  /** dBFS, 0 is full scale; null where there is no sound or nothing is live. */
  levelDb: z.number().nullable(),
  takes: z.int(),
  /** Bytes captured so far, all takes. */
  bytes: z.int(),
  /** Bytes the service has a receipt for. */
  deliveredBytes: z.int(),
  /** Seconds of stored media that the service does not hold yet and is still to get. */
  undeliveredSeconds: z.number(),
  /** Why the service takes no more of what is stored: the rest is only here. Null: it takes everything. */
  cutBy: cutCode.nullable(),
  /** Bytes of it that lie on this device, encrypted; 0 where it was never stored here, or is gone. */
  storedBytes: z.int(),
  /** Live only: fragments that were dropped because the service did not keep up. */
  droppedFragments: z.int(),
  gaps: gapsView,
  framesPerSecond: z.int().nullable(),
  lastTakeEndedAt: z.iso.datetime().nullable(),
  trouble: trouble.nullable(),
});
export type ChannelView = z.infer<typeof channelView>;

/** Who or what paused; `sleep` and `lock` end by themselves when the machine wakes or is unlocked. */
export const pausedBy = z.enum(['person', 'no-window', 'sleep', 'lock']);
export type PausedBy = z.infer<typeof pausedBy>;

/** A sentence by what it says: the face has the words (contract/spoken). */
const said = z.object({ code: z.enum(SENTENCE_CODES), facts: z.record(z.string(), z.string()) });

/** What the operating system says about one kind of capture. `unknown` is not granted. */
export const permissionView = z.object({
  kind: z.enum(['microphone', 'screen-capture', 'system-audio']),
  state: z.enum(['granted', 'denied', 'not-determined', 'restricted', 'unknown']),
  said,
  /** What the person can do about it; null where there is nothing to do. */
  nextStep: z
    .object({
      kind: z.enum(['ask', 'open-settings', 'quit-and-reopen', 'reset', 'ask-admin', 'other']),
      said,
      /** The line to run in a terminal, where a window does not do. */
      command: z.string().exactOptional(),
    })
    .nullable(),
});
export type PermissionView = z.infer<typeof permissionView>;

/** Everything the person is told before they agree; null until the media service said it. */
export const termsView = z.object({
  organisation: z.string(),
  policyVersion: z.int(),
  purpose: z.string(),
  retentionDays: z.int().nullable(),
  /** Minutes after which a recording ends by itself; null: never. */
  maxSessionMinutes: z.int().nullable(),
  recipients: z.array(z.string()),
  localCopy: z.enum(['keep', 'purge-after-delivery']),
});
export type TermsView = z.infer<typeof termsView>;

/** What is being done with a recording of the library; one thing at a time. */
export const libraryJob = z.object({
  kind: z.enum(['verify', 'export']),
  sessionId,
  /** How much of it is done, 0 to 1. */
  share: z.number().min(0).max(1),
});
export type LibraryJob = z.infer<typeof libraryJob>;

export const snapshot = z.object({
  /** Counts up with every snapshot of this process. */
  revision: z.int(),
  session: z.object({
    id: z.string().nullable(),
    title: z.string().nullable(),
    state: sessionState,
    /** Milliseconds recorded, without pauses, at the time of this snapshot. */
    activeMs: z.number(),
    pausedMs: z.number(),
    startedAt: z.iso.datetime().nullable(),
    /** Null while it is not paused. */
    pausedBy: pausedBy.nullable(),
    /** What is safe when it failed. */
    kept: z.enum(KEPT).nullable(),
  }),
  lamp,
  terms: termsView.nullable(),
  channels: z.array(channelView),
  /** Of the kinds of the channels above, and of those that the system refuses. Empty until the system has answered. */
  permissions: z.array(permissionView),
  delivery: z.object({
    /** Whether the last exchange with the service worked; null: nothing tried yet. */
    connected: z.boolean().nullable(),
    /** Since when it has not, or null. */
    disconnectedSince: z.iso.datetime().nullable(),
    undeliveredSeconds: z.number(),
    /** What of this machine's network is waited for; null where nothing is. */
    waits: z.enum(WAITS).nullable(),
    /** Other recordings on this device that are still being sent. */
    pendingRecordings: z.int(),
    /** Recordings that a crash had cut off and that were finished when the app started, the newest last. */
    recovered: z.array(
      z.object({
        sessionId: z.string(),
        title: z.string().nullable(),
        startedAt: z.iso.datetime(),
        /** Recorded time that was saved, in milliseconds. */
        activeMs: z.number(),
      }),
    ),
  }),
  /**
   * A recording that a crash cut off minutes ago and that may go on, if the person wants it (`interrupted.continue`). It is
   * finished with what is stored once it is declined, or at `untilAt`. Null: there is none.
   */
  interrupted: z
    .object({
      sessionId: z.string(),
      title: z.string().nullable(),
      startedAt: z.iso.datetime(),
      /** When the last of it was captured. */
      cutOffAt: z.iso.datetime(),
      untilAt: z.iso.datetime(),
      /** Recorded time that is stored, in milliseconds. */
      activeMs: z.number(),
      /** What would go on, as it was agreed to; and what would not, as it is gone or not allowed any more. */
      channels: z.array(
        z.object({
          id: channelId,
          name: z.string(),
          kind: channelKind,
          mode: channelMode,
          goesOn: z.boolean(),
        }),
      ),
    })
    .nullable(),
  /** `revision` grows whenever the recordings of this device are to be listed anew. */
  library: z.object({ revision: z.int(), job: libraryJob.nullable() }),
  /** Where the key that protects recordings here is kept. */
  protection: z.object({ kind: z.enum(['keychain', 'key-file']), warning: z.enum(WARNINGS).nullable() }),
  settings: settingsView,
  host: z.enum(['desktop', 'browser', 'cli']),
  /** Whether this host can end and start itself anew (`app.reopen`). */
  canReopen: z.boolean(),
  trouble: trouble.nullable(),
});
export type Snapshot = z.infer<typeof snapshot>;
