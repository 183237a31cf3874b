import type { Channel } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { errorOf } from '../../contract/result.ts';
import type { PipelineOptions } from './channel-pipeline.ts';
import { createChannelPipeline } from './channel-pipeline.ts';
import type { Take, TakeEnd, TakeOptions } from './take.ts';
import { MIC, TEST_FORMAT, TEST_SESSION } from './test-capture.ts';

/** What a pipeline needs and no test of it looks at. */
export const ANY_FFMPEG = {
  path: 'ffmpeg',
  version: { major: 5, minor: 1, text: '5.1' },
  demuxers: new Set<string>(),
  filters: new Set<string>(),
};

/** A channel pipeline whose takes, time and restarts are moved by hand, and what it told. */
export function pipelineBench(overrides: Partial<PipelineOptions> = {}) {
  const { channel = MIC } = overrides;
  const events: string[] = [];
  const takes: TakeDouble[] = [];
  const timers: { delayMs: number; run: () => void; isCalledOff: boolean }[] = [];
  const time = { nowMs: 0 };
  const pipeline = createChannelPipeline({
    channel,
    sessionId: TEST_SESSION,
    clock: { anchorWallMs: 0, nowMs: () => time.nowMs, fromWallMs: (wallMs) => wallMs },
    ffmpeg: ANY_FFMPEG,
    format: TEST_FORMAT,
    env: {},
    platform: 'linux',
    on: {
      state: (state) => events.push(state),
      fragment: ({ header }) => events.push(`fragment ${header.take}/${header.sequence}`),
      level: (db) => events.push(`level ${db}`),
      gap: ({ fromMs, toMs, reason }) => events.push(`gap ${fromMs}-${toMs} ${reason}`),
      trouble: ({ code }) => events.push(`trouble ${code}`),
      health: (error) => events.push(`health ${error?.code ?? 'ok'}`),
      content: () => events.push('content'),
    },
    later: (delayMs, run) => {
      const timer = { delayMs, run, isCalledOff: false };
      timers.push(timer);
      return () => {
        timer.isCalledOff = true;
      };
    },
    open: (options) => {
      const take = takeDouble(options);
      takes.push(take);
      return take;
    },
    ...overrides,
  });
  const last = () => {
    const take = takes.at(-1);
    if (take === undefined) throw new Error('no take was opened');
    return take;
  };
  const ring = () =>
    timers
      .filter(({ isCalledOff }) => !isCalledOff)
      .at(-1)
      ?.run();
  return {
    pipeline,
    events,
    takes,
    timers,
    time,
    last,
    deliver: (sequence: number, startedAtMs: number, durationMs = 1_000) =>
      last().deliver(sequence, startedAtMs, durationMs),
    die: (code: ErrorCode = 'device-failed') => last().end({ reason: 'died', error: errorOf(code) }),
    ring,
    /** Lets the time of the last timer pass, and what follows happen. */
    pass: async () => {
      time.nowMs += timers.at(-1)?.delayMs ?? 0;
      ring();
      await settled();
    },
  };
}

type TakeDouble = Take & {
  readonly options: TakeOptions;
  readonly deliver: (sequence: number, startedAtMs: number, durationMs: number) => void;
  readonly end: (end: TakeEnd) => void;
  /** Of a take that was told to stop: lets the device go. What was under way comes before that, unless it is cut. */
  readonly release: (how?: 'whole' | 'cut') => void;
};

/** Of the fragment that is under way when a take ends. */
const LAST_MS = 200;

/** A take as its contract has it: it ends once, nothing comes after that, and its last fragment comes while it stops. */
function takeDouble(options: TakeOptions): TakeDouble {
  const { channel, takeNumber, on } = options;
  let isStopping = false;
  let isOver = false;
  let next: { readonly sequence: number; readonly startedAtMs: number } | undefined;
  let announceReleased: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    announceReleased = resolve;
  });

  function deliver(sequence: number, startedAtMs: number, durationMs: number): void {
    if (isOver) throw new Error('a take that has ended delivers nothing');
    if (sequence > 0) next = { sequence: sequence + 1, startedAtMs: startedAtMs + durationMs };
    on.fragment(fragmentOf(channel, takeNumber, sequence, startedAtMs, durationMs));
  }
  function end(end: TakeEnd): void {
    if (isOver) throw new Error('a take ends once');
    if (isStopping && end.reason === 'died') throw new Error('what was asked for is no death');
    isOver = true;
    on.ended(end);
    announceReleased();
  }
  return {
    options,
    pid: () => (isOver ? undefined : 1),
    deliver,
    end,
    release: (how = 'whole') => {
      if (!isStopping) throw new Error('a take that was not told to stop is not released');
      if (how === 'whole' && next !== undefined) deliver(next.sequence, next.startedAtMs, LAST_MS);
      end({ reason: 'stopped', ...(how === 'cut' ? { isCut: true } : {}) });
    },
    stop: () => {
      isStopping = true;
      return released;
    },
  };
}

export const settled = () => new Promise((resolve) => setImmediate(resolve));

function fragmentOf(
  { id }: Channel,
  take: number,
  sequence: number,
  startedAtMs: number,
  durationMs: number,
): Fragment {
  return {
    header: {
      ...{ sessionId: TEST_SESSION, channelId: id, take, sequence, startedAtMs, durationMs },
      ...{ pausedBeforeMs: 0, bytes: 1, sha256: '0'.repeat(64), crc32: '0'.repeat(8) },
    },
    bytes: new Uint8Array(1),
  };
}
