import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import type { PipelineEvents } from '../pipeline/channel-pipeline.ts';
import { testFragment } from '../vault/test-vault.ts';
import type { Pipeline } from './run.ts';

/** The session clock of a test: moved by hand. */
export type TestTime = { ms: number };

/** A channel's pipeline without a device: strict about how it is driven, and media comes when the test says so. */
export type FakePipeline = Pipeline & {
  readonly channel: Channel;
  /** For what a test tells of the device itself. */
  readonly on: PipelineEvents;
  readonly state: () => ChannelState;
  /** The second up to now was captured. */
  readonly second: () => void;
  /** The device is gone; the pipeline looks for it. */
  readonly interrupt: (code: ErrorCode) => void;
  readonly lose: () => void;
  /** What releasing the device waits for. */
  releasing: () => Promise<void>;
};

export function fakePipeline(
  sessionId: string,
  channel: Channel,
  on: PipelineEvents,
  time: TestTime,
  takesBefore = 0,
): FakePipeline {
  let state: ChannelState = 'idle';
  let [take, sequence] = [takesBefore, 0];
  let openSinceMs: number | undefined;

  function enter(next: ChannelState): void {
    if (state === next) return;
    state = next;
    on.state(next);
  }
  function expectState(asked: string, ...allowed: ChannelState[]): void {
    if (!allowed.includes(state)) throw new Error(`${asked} of ${channel.id}, which is ${state}`);
  }
  function open(): void {
    take += 1;
    sequence = 0;
    openSinceMs = time.ms;
    enter('starting');
  }
  const emit = (startedAtMs: number, durationMs: number) => {
    const fragment = testFragment({ sessionId, channelId: channel.id, take, sequence });
    sequence += 1;
    on.fragment({ ...fragment, header: { ...fragment.header, startedAtMs, durationMs } }, channel.device);
  };
  const fake: FakePipeline = {
    renew: (because) => {
      expectState('renewal', 'starting', 'live', 'reconnecting');
      if (state !== 'live') return;
      state = 'starting';
      on.state('starting', because);
      take += 1;
      sequence = 0;
    },
    channel,
    on,
    state: () => state,
    releasing: async () => undefined,
    start: () => {
      expectState('start', 'idle');
      open();
    },
    second: () => {
      expectState('media', 'starting', 'live', 'reconnecting');
      if (state === 'reconnecting') {
        take += 1;
        sequence = 0;
      }
      if (sequence === 0) emit(time.ms - 1000, 0);
      enter('live');
      emit(time.ms - 1000, 1000);
    },
    interrupt: (code) => {
      expectState('interruption', 'starting', 'live');
      on.trouble(errorOf(code, channel.id));
      enter('reconnecting');
    },
    lose: () => {
      expectState('loss', 'starting', 'live', 'reconnecting');
      on.trouble(errorOf('device-gone', channel.id));
      enter('lost');
    },
    pause: async () => {
      expectState('pause', 'starting', 'live', 'reconnecting', 'lost');
      await fake.releasing();
      if (state !== 'lost') enter('paused');
      openSinceMs = undefined;
    },
    resume: () => {
      expectState('resume', 'paused', 'lost');
      if (state !== 'lost') open();
    },
    stop: async () => {
      expectState('stop', 'idle', 'starting', 'live', 'reconnecting', 'paused', 'lost');
      await fake.releasing();
      // What the encoder still held comes out when the device is released.
      if (state === 'live' && openSinceMs !== undefined) emit(time.ms, 10);
      if (state !== 'lost') enter('ended');
      openSinceMs = undefined;
    },
  };
  return fake;
}
