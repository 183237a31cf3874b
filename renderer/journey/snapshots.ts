import type { ChannelView, Snapshot, TermsView } from '../../contract/bridge/snapshot.ts';
import { errorOf } from '../../contract/result.ts';
import { type Settings, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import {
  askForMicrophone,
  openScreenSettings,
  reopenForScreen,
  resetScreen,
  unsureSystemAudio,
} from './permission-views.ts';

/** One of these per state of the session: what main would say in the middle of a weekly meeting. */

export const terms: TermsView = {
  organisation: 'Acme',
  policyVersion: 7,
  purpose: 'Meeting notes',
  retentionDays: 30,
  maxSessionMinutes: null,
  recipients: ['Acme research team', 'Notewright GmbH'],
  localCopy: 'purge-after-delivery',
};

function channel(view: Pick<ChannelView, 'id' | 'kind' | 'name'> & Partial<ChannelView>): ChannelView {
  return {
    state: 'idle',
    mode: 'off',
    follows: null,
    allowed: ['off', 'live', 'keep'],
    levelDb: null,
    takes: 0,
    bytes: 0,
    deliveredBytes: 0,
    undeliveredSeconds: 0,
    cutBy: null,
    storedBytes: 0,
    droppedFragments: 0,
    gaps: { count: 0, seconds: 0, lastReason: null },
    framesPerSecond: null,
    lastTakeEndedAt: null,
    trouble: null,
    ...view,
  };
}

export const mic = channel({ id: 'mic:default', kind: 'mic', name: 'Microphone', mode: 'live' });
export const systemAudio = channel({
  id: 'system_audio:default',
  kind: 'system_audio',
  name: 'System audio',
  mode: 'live',
});
export const display = channel({
  id: 'display:1',
  kind: 'display',
  name: 'Display 1',
  mode: 'live',
  allowed: ['off', 'live'],
  area: { x: 0, y: 0, width: 2560, height: 1440 },
});

let revision = 0;

type Session = Partial<Snapshot['session']>;

/** A snapshot newer than every one before, of main with everything in order. */
export function snapshotOf(session: Session, rest: Partial<Omit<Snapshot, 'session'>> = {}): Snapshot {
  revision += 1;
  return {
    revision,
    session: {
      id: 'cap-1',
      title: 'Weekly planning',
      state: 'idle',
      activeMs: 0,
      pausedMs: 0,
      startedAt: null,
      pausedBy: null,
      kept: null,
      ...session,
    },
    lamp: 'off',
    terms,
    channels: [mic, systemAudio, display],
    permissions: [],
    delivery: {
      connected: true,
      disconnectedSince: null,
      undeliveredSeconds: 0,
      waits: null,
      pendingRecordings: 0,
      recovered: [],
    },
    interrupted: null,
    library: { revision: 1, job: null },
    protection: { kind: 'keychain', warning: null },
    settings: UNTOUCHED_SETTINGS,
    host: 'browser',
    canReopen: false,
    trouble: null,
    ...rest,
  };
}

const startedAt = '2026-03-03T13:41:00.000Z';
const running = { startedAt, activeMs: 2_467_400, pausedMs: 130_000 };
const offline = {
  connected: false,
  disconnectedSince: '2026-03-03T14:19:00.000Z',
  undeliveredSeconds: 192,
  waits: null,
  pendingRecordings: 0,
  recovered: [],
};

const captured = { takes: 3, bytes: 18_214_000, deliveredBytes: 18_214_000 } as const;
const liveMic = {
  ...mic,
  ...captured,
  storedBytes: captured.bytes,
  mode: 'keep',
  state: 'live',
  levelDb: -23.4,
} as const;
const liveSystem = {
  ...systemAudio,
  ...captured,
  bytes: 24_020_000,
  deliveredBytes: 23_800_000,
  storedBytes: 24_020_000,
  undeliveredSeconds: 4,
  mode: 'keep',
  state: 'live',
  levelDb: -38,
} as const;
const liveDisplay = { ...display, takes: 3, bytes: 90_000_000, state: 'live', framesPerSecond: 15 } as const;
const live = [liveMic, liveSystem, liveDisplay];
const revokedMic = {
  ...liveMic,
  state: 'lost',
  levelDb: null,
  trouble: errorOf('consent-revoked'),
} as const;

/** The clock of the page decides how much is left. */
function startedAgo(minutes: number): { readonly startedAt: string } {
  return { startedAt: new Date(Date.now() - minutes * 60_000).toISOString() };
}

function all<S extends Partial<ChannelView>>(change: S): ChannelView[] {
  return live.map((view) => ({ ...view, levelDb: null, framesPerSecond: null, ...change }));
}

const deviceFailed = {
  ...errorOf('device-failed', 'pulse: monitor of sink 2'),
  detail: 'pulse: monitor of sink 2',
};

const onMac = { host: 'desktop', canReopen: true } as const;

export const SCENES = {
  ready: () => snapshotOf({}),
  'ready-chosen': () =>
    snapshotOf(
      {},
      {
        terms: { ...terms, maxSessionMinutes: 60 },
        channels: [{ ...mic, mode: 'keep' }, { ...systemAudio, mode: 'keep' }, display],
        protection: { kind: 'key-file', warning: 'key-file' },
        delivery: {
          connected: true,
          disconnectedSince: null,
          undeliveredSeconds: 0,
          waits: null,
          pendingRecordings: 2,
          recovered: [
            {
              sessionId: 'cap-of-yesterday',
              title: 'Weekly planning',
              startedAt: '2026-02-28T15:00:00.000Z',
              activeMs: 2_467_000,
            },
          ],
        },
      },
    ),
  'ready-cut-off': () =>
    snapshotOf(
      {},
      {
        interrupted: {
          sessionId: 'cap-of-just-now',
          title: 'Weekly planning',
          startedAt: '2026-03-01T09:12:00.000Z',
          cutOffAt: '2026-03-01T09:53:07.000Z',
          untilAt: '2026-03-01T09:58:07.000Z',
          activeMs: 2_467_000,
          channels: [
            { id: mic.id, name: mic.name, kind: mic.kind, mode: 'keep', goesOn: true },
            { id: display.id, name: display.name, kind: display.kind, mode: 'live', goesOn: false },
          ],
        },
      },
    ),
  'ready-policy': () =>
    snapshotOf(
      {},
      {
        terms: { ...terms, maxSessionMinutes: 60 },
        channels: [
          { ...mic, mode: 'keep', allowed: ['off', 'keep'] },
          { ...systemAudio, mode: 'off', allowed: ['off'] },
          display,
        ],
      },
    ),
  'ready-untrusted': () => snapshotOf({}, { terms: null, trouble: errorOf('policy-untrusted') }),
  'ready-nothing-chosen': () =>
    snapshotOf({}, { channels: [mic, systemAudio, display].map((view) => ({ ...view, mode: 'off' })) }),
  'ready-no-terms': () =>
    snapshotOf(
      {},
      {
        terms: null,
        trouble: errorOf('service-unreachable'),
        delivery: {
          connected: false,
          disconnectedSince: null,
          undeliveredSeconds: 0,
          waits: null,
          pendingRecordings: 0,
          recovered: [],
        },
      },
    ),
  'permission-ask': () => snapshotOf({}, { ...onMac, permissions: [askForMicrophone, unsureSystemAudio] }),
  'permission-settings': () => snapshotOf({}, { ...onMac, permissions: [openScreenSettings] }),
  'permission-reopen': () => snapshotOf({}, { ...onMac, permissions: [reopenForScreen] }),
  'permission-line': () => snapshotOf({}, { ...onMac, permissions: [resetScreen] }),
  'ready-long-names': () =>
    snapshotOf(
      {},
      {
        channels: [
          { ...mic, mode: 'keep', name: 'Default microphone (Built-in Audio Analog Stereo)' },
          { ...mic, id: 'mic:usb', mode: 'off', name: 'Jabra Evolve2 65 Mono' },
          { ...systemAudio, name: 'System audio', allowed: ['off'], mode: 'off' },
          display,
          {
            ...display,
            id: 'display:2',
            name: 'Display 2',
            area: { x: 2560, y: 0, width: 1920, height: 1080 },
          },
        ],
      },
    ),
  consenting: () =>
    snapshotOf({ state: 'consenting' }, { channels: [{ ...mic, mode: 'keep' }, systemAudio, display] }),
  starting: () =>
    snapshotOf(
      { state: 'starting', startedAt },
      {
        channels: [
          { ...mic, mode: 'keep', state: 'starting' },
          { ...systemAudio, mode: 'keep', state: 'starting' },
          { ...display, state: 'starting' },
        ],
      },
    ),
  recording: () => snapshotOf({ state: 'recording', ...running }, { lamp: 'live', channels: live }),
  'recording-trouble': () =>
    snapshotOf(
      { state: 'recording', ...running },
      {
        lamp: 'live',
        channels: [
          liveMic,
          { ...liveSystem, state: 'reconnecting', levelDb: null, trouble: deviceFailed },
          liveDisplay,
        ],
      },
    ),
  'recording-stalled': () =>
    snapshotOf(
      { state: 'recording', ...running },
      { lamp: 'trouble', channels: all({ state: 'reconnecting', trouble: deviceFailed }) },
    ),
  'recording-refused': () =>
    snapshotOf(
      { state: 'recording', ...running },
      {
        ...onMac,
        lamp: 'live',
        permissions: [reopenForScreen],
        channels: [
          liveMic,
          liveSystem,
          {
            ...liveDisplay,
            state: 'reconnecting',
            framesPerSecond: null,
            trouble: errorOf('permission-denied'),
          },
        ],
      },
    ),
  'recording-gaps': () =>
    snapshotOf(
      { state: 'recording', ...running },
      {
        lamp: 'live',
        channels: [
          {
            ...liveMic,
            name: 'Default microphone (Jabra Evolve2 65)',
            follows: true,
            gaps: { count: 2, seconds: 2.6, lastReason: 'device-gone' },
          },
          liveSystem,
          liveDisplay,
        ],
      },
    ),
  'recording-offline': () =>
    snapshotOf(
      { state: 'recording', ...running },
      {
        lamp: 'live',
        channels: [
          { ...liveMic, deliveredBytes: 16_000_000, undeliveredSeconds: 192 },
          liveSystem,
          liveDisplay,
        ],
        delivery: offline,
      },
    ),
  'recording-ending': () =>
    snapshotOf(
      { state: 'recording', ...running, ...startedAgo(55) },
      { lamp: 'live', channels: live, terms: { ...terms, maxSessionMinutes: 60 } },
    ),
  'recording-forbidden': () =>
    snapshotOf(
      { state: 'recording', ...running },
      {
        lamp: 'live',
        terms: { ...terms, policyVersion: 8 },
        channels: [
          liveMic,
          liveSystem,
          {
            ...liveDisplay,
            allowed: ['off'],
            state: 'lost',
            framesPerSecond: null,
            trouble: errorOf('policy-forbids'),
          },
        ],
      },
    ),
  'recording-revoked': () =>
    snapshotOf(
      { state: 'recording', ...running },
      { lamp: 'live', channels: [revokedMic, liveSystem, liveDisplay] },
    ),
  'recording-tokenless': () =>
    snapshotOf(
      { state: 'recording', ...running },
      { lamp: 'live', channels: live, trouble: errorOf('token-expired') },
    ),
  paused: () =>
    snapshotOf(
      { state: 'paused', ...running, pausedBy: 'person' },
      { lamp: 'paused', channels: all({ state: 'paused', lastTakeEndedAt: '2026-03-03T14:22:31.000Z' }) },
    ),
  'paused-asleep': () =>
    snapshotOf(
      { state: 'paused', ...running, pausedBy: 'sleep' },
      { lamp: 'paused', channels: all({ state: 'paused', lastTakeEndedAt: '2026-03-03T14:22:31.000Z' }) },
    ),
  stopping: () => snapshotOf({ state: 'stopping', ...running }, { channels: all({ state: 'ended' }) }),
  delivering: () =>
    snapshotOf(
      { state: 'delivering', ...running },
      {
        channels: all({ state: 'ended' }),
        delivery: { ...offline, connected: true, disconnectedSince: null, undeliveredSeconds: 4 },
      },
    ),
  'delivering-too-long': () =>
    snapshotOf(
      { state: 'delivering', ...running },
      {
        terms: { ...terms, maxSessionMinutes: 45 },
        channels: all({ state: 'ended' }),
        trouble: errorOf('session-too-long'),
      },
    ),
  complete: () =>
    snapshotOf(
      { state: 'complete', ...running },
      {
        channels: all({ state: 'ended', undeliveredSeconds: 0 }).map((view) => ({
          ...view,
          deliveredBytes: view.bytes,
          // As the terms have it.
          storedBytes: 0,
        })),
      },
    ),
  failed: () =>
    snapshotOf(
      {
        state: 'failed',
        ...running,
        kept: 'sent-later',
      },
      { lamp: 'trouble', channels: all({ state: 'ended' }), trouble: errorOf('disk-full', 'ENOSPC') },
    ),
} as const satisfies Record<string, () => Snapshot>;

export type Scene = keyof typeof SCENES;

/** The same snapshot where something else is set. */
export function setTo(chosen: Partial<Settings>, snapshot: Snapshot): Snapshot {
  const { settings } = snapshot;
  return { ...snapshot, settings: { ...settings, chosen: { ...settings.chosen, ...chosen } } };
}
