import { CALLS } from '../../contract/bridge/schema.ts';
import { type ChannelView, type Snapshot, snapshot } from '../../contract/bridge/snapshot.ts';
import { type Failed, fail, ok } from '../../contract/result.ts';
import { UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import type { Capture } from '../../main/host.ts';
import { complain } from './world.ts';

/** A capture in memory: keeps calls and listeners, and tells the snapshots that a test makes. It records nothing. */
export type CaptureDouble = Capture & {
  readonly calls: { readonly name: string; readonly request: unknown }[];
  readonly tell: (session: Partial<Snapshot['session']>, rest?: Partial<Snapshot>) => void;
  /** How often it was closed. */
  readonly closed: () => number;
  /** What `close` waits for. */
  until: Promise<void>;
  /** What every call is refused with from now on. */
  refusal: Failed | undefined;
};

export function captureDouble(): CaptureDouble {
  const heard = new Set<(snapshot: Snapshot) => void>();
  let latest = makeSnapshot(1, {}, {});
  let closed = 0;
  const made: CaptureDouble = {
    calls: [],
    until: Promise.resolve(),
    refusal: undefined,
    closed: () => closed,
    tell: (session, rest = {}) => {
      latest = snapshot.parse(makeSnapshot(latest.revision + 1, session, rest));
      for (const listener of heard) listener(latest);
    },
    call: async (name, request) => {
      if (closed > 0) complain(`${name} is called after close`);
      const found = Object.entries(CALLS).find(([known]) => known === name)?.[1];
      if (!found?.request.safeParse(request).success) return fail('bad-request', name);
      made.calls.push({ name, request });
      return made.refusal ?? ok(latest);
    },
    onSnapshot: (listener) => {
      heard.add(listener);
      listener(latest);
      return () => heard.delete(listener);
    },
    media: async ({ sessionId }) =>
      sessionId === 'cap-1234567890' ? ok(Buffer.from('media')) : fail('recording-unknown', sessionId),
    close: () => {
      closed += 1;
      return closed > 1 ? complain('capture is closed twice') : made.until;
    },
  };
  return made;
}

function makeSnapshot(
  revision: number,
  session: Partial<Snapshot['session']>,
  rest: Partial<Snapshot>,
): Snapshot {
  const idle = {
    state: 'idle',
    activeMs: 0,
    pausedMs: 0,
    startedAt: null,
    pausedBy: null,
    kept: null,
  } as const;
  return {
    revision,
    session: { id: 'cap-1', title: 'Weekly planning', ...idle, ...session },
    lamp: 'off',
    terms: null,
    channels: [],
    permissions: [],
    delivery: {
      connected: null,
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
    host: 'desktop',
    canReopen: true,
    trouble: null,
    ...rest,
  };
}

export function channelOf(id: ChannelView['id'], changes: Partial<ChannelView>): ChannelView {
  return {
    id,
    kind: 'mic',
    name: 'Microphone',
    state: 'live',
    mode: 'live',
    cutBy: null,
    storedBytes: 0,
    follows: null,
    allowed: ['off', 'live', 'keep'],
    levelDb: null,
    takes: 1,
    bytes: 0,
    deliveredBytes: 0,
    undeliveredSeconds: 0,
    droppedFragments: 0,
    gaps: { count: 0, seconds: 0, lastReason: null },
    framesPerSecond: null,
    lastTakeEndedAt: null,
    trouble: null,
    ...changes,
  };
}
