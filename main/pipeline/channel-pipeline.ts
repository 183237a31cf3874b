import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { CaptureFormat } from './arguments.ts';
import type { SessionClock } from './clock.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { restartDelayMs } from './restart-schedule.ts';
import type { Take, TakeEnd, TakeOptions } from './take.ts';
import { openTake } from './take.ts';

/** A part of the session clock, in milliseconds, that was to be recorded and was not. */
export type Gap = { readonly fromMs: number; readonly toMs: number; readonly reason: ErrorCode };

export type PipelineEvents = {
  readonly state: (state: ChannelState) => void;
  readonly fragment: (fragment: Fragment) => void;
  /** Peak of the last 100 ms in dBFS. */
  readonly level: (db: number) => void;
  /** When capture is back, or when it was given up, paused or stopped before that. */
  readonly gap: (gap: Gap) => void;
  /** Why the channel is not live at the moment. */
  readonly trouble: (error: TallylightError) => void;
  /** A live channel that brings nothing of use (`channel-silent`, `-black`, `-frozen`); null: it does again. */
  readonly health: (error: TallylightError | null) => void;
};

export type PipelineOptions = {
  readonly channel: Channel;
  readonly sessionId: string;
  readonly clock: SessionClock;
  readonly ffmpeg: Pick<Ffmpeg, 'path' | 'version' | 'demuxers'>;
  readonly format: CaptureFormat;
  readonly env: ProcessEnv;
  readonly on: PipelineEvents;
  /** Where the channel is now, asked before every take but the first; see `locateChannel`. Never rejects. */
  readonly locate?: (channel: Channel) => Promise<Result<Channel>>;
  readonly open?: (options: TakeOptions) => Take;
  /** Runs something later; returns how to call it off. */
  readonly later?: (delayMs: number, run: () => void) => () => void;
};

/** One channel over a session: a row of takes. */
export type ChannelPipeline = {
  readonly state: () => ChannelState;
  readonly start: () => void;
  /** Resolves when the device is released. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** Resolves when the last fragment is handed over and the device is released. */
  readonly stop: () => Promise<void>;
};

/**
 * `idle → starting → live ⇄ paused → ended`, `live → reconnecting → live | lost`. A channel is live from the
 * first media fragment of a take, not from its start: live means bytes. Resuming goes through `starting`.
 */
export function createChannelPipeline(options: PipelineOptions): ChannelPipeline {
  const { clock, on, open = openTake, later = afterTimeout } = options;
  let channel = options.channel;
  let state: ChannelState = 'idle';
  let wanted: 'nothing' | 'running' | 'paused' | 'stopped' = 'nothing';
  let takes = 0;
  let take: Take | undefined;
  let releasing: Promise<void> = Promise.resolve();
  let restartsMs: number[] = [];
  let callOff: () => void = () => undefined;
  /** End of what was recorded of the current run, or its start. */
  let recordedToMs = 0;
  let brokenBy: ErrorCode | undefined;
  let reported: TallylightError | undefined;

  function enter(next: ChannelState): void {
    if (state === next) return;
    state = next;
    on.state(next);
  }

  function report(error: TallylightError): void {
    reported = error;
    on.trouble(error);
  }

  function openNext(): void {
    takes++;
    const mine = open({
      channel,
      takeNumber: takes,
      sessionId: options.sessionId,
      clock,
      ffmpeg: options.ffmpeg,
      format: options.format,
      env: options.env,
      on: {
        fragment: receive,
        level: (db) => {
          if (wanted === 'running') on.level(db);
        },
        trouble: report,
        health: (error) => {
          if (wanted === 'running') on.health(error);
        },
        ended: (end) => {
          if (take === mine) take = undefined;
          if (end.reason === 'died') recover(end);
          else if (end.isCut) brokenBy ??= 'device-failed';
        },
      },
    });
    take = mine;
  }

  function receive(fragment: Fragment): void {
    const { sequence, startedAtMs, durationMs } = fragment.header;
    if (sequence !== INIT_SEQUENCE) {
      closeGap(startedAtMs);
      recordedToMs = startedAtMs + durationMs;
      if (wanted === 'running') enter('live');
    }
    on.fragment(fragment);
  }

  function closeGap(toMs: number): void {
    if (brokenBy !== undefined && toMs > recordedToMs)
      on.gap({ fromMs: recordedToMs, toMs, reason: brokenBy });
    brokenBy = undefined;
  }

  function recover({ error = errorOf('device-failed', channel.id) }: TakeEnd): void {
    if (wanted !== 'running') return;
    brokenBy ??= error.code;
    if (error !== reported) report(error);
    const nowMs = clock.nowMs();
    const delayMs = restartDelayMs(restartsMs, nowMs);
    if (delayMs === undefined) {
      wanted = 'stopped';
      closeGap(nowMs);
      enter('lost');
      report(errorOf('channel-lost', `${channel.id}: ${error.detail ?? error.code}`));
      return;
    }
    restartsMs = [...restartsMs, nowMs];
    enter('reconnecting');
    callOff = later(delayMs, () => void openLocated());
  }

  /** Opens the next take where the channel is now: of a display the place and size may have changed. */
  async function openLocated(): Promise<void> {
    callOff();
    if (take !== undefined) return;
    let isCalledOff = false;
    callOff = () => {
      isCalledOff = true;
    };
    const located = await options.locate?.(channel);
    if (isCalledOff) return;
    if (located?.ok === false) return recover({ reason: 'died', error: located.error });
    channel = located?.value ?? channel;
    openNext();
  }

  /** Ends what runs or is about to; resolves when nothing holds the device. */
  function release(): Promise<void> {
    callOff();
    const current = take;
    releasing = Promise.all([releasing, current?.stop()]).then(() => closeGap(clock.nowMs()));
    return releasing;
  }

  function begin(): void {
    recordedToMs = clock.nowMs();
    enter('starting');
  }

  return {
    state: () => state,
    start: () => {
      if (wanted !== 'nothing') return;
      wanted = 'running';
      begin();
      openNext();
    },
    pause: async () => {
      if (wanted === 'running') wanted = 'paused';
      if (wanted !== 'paused') return releasing;
      await release();
      if (wanted === 'paused') enter('paused');
    },
    resume: () => {
      if (wanted !== 'paused') return;
      wanted = 'running';
      void releasing.then(() => {
        if (wanted !== 'running' || take !== undefined) return;
        begin();
        void openLocated();
      });
    },
    stop: async () => {
      wanted = 'stopped';
      await release();
      if (state !== 'lost') enter('ended');
    },
  };
}

function afterTimeout(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
