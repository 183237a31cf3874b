import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { Machine } from '../channels/machine.ts';
import { isSameDevice } from '../channels/same-channel.ts';
import { variantsOf } from './arguments.ts';
import type { CaptureFormat } from './capture-format.ts';
import type { CaptureFfmpeg } from './capture-way.ts';
import type { Pointer } from './channel-health.ts';
import type { SessionClock } from './clock.ts';
import type { Gap, Interruption } from './gap-ledger.ts';
import { gapLedger } from './gap-ledger.ts';
import type { PcmSource } from './pcm-source.ts';
import { isAbsence, LOOK_MS, restartDelayMs, SETTLE_MS } from './restart-schedule.ts';
import type { Take, TakeEnd, TakeOptions } from './take.ts';
import { openTake } from './take.ts';

export type { Gap } from './gap-ledger.ts';

export type PipelineEvents = {
  /** `because`: what ended the take where it was none of the states' own reasons. */
  readonly state: (state: ChannelState, because?: Interruption) => void;
  readonly fragment: (fragment: Fragment, device: string) => void;
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
  readonly ffmpeg: CaptureFfmpeg;
  readonly format: CaptureFormat;
  readonly env: ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly machine?: Machine;
  readonly pcm?: PcmSource;
  readonly pointer?: Pointer;
  readonly on: PipelineEvents;
  /**
   * Where the channel is now, asked before every take but the first: the agreed device (`locateChannel`), or what is
   * the default by now (`defaultOf`) where somebody agreed to that. Never rejects.
   */
  readonly locate?: (channel: Channel) => Promise<Result<Channel>>;
  /** Whether another device is taken up while this one still works, as soon as `locate` names it. */
  readonly follows?: boolean;
  readonly open?: (options: TakeOptions) => Take;
  /** Runs something later; returns how to call it off. */
  readonly later?: (delayMs: number, run: () => void) => () => void;
};

/** One channel over a session: a row of takes. */
export type ChannelPipeline = {
  readonly state: () => ChannelState;
  readonly start: () => void;
  /** Ends the take that runs and begins another. */
  readonly renew: (because: Interruption) => void;
  /** Resolves when the device is released. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** Resolves when the last fragment is handed over and the device is released. */
  readonly stop: () => Promise<void>;
};

/**
 * `idle → starting → live ⇄ paused → ended`, `live → reconnecting → live | lost`. A channel is live from the
 * first media fragment of a take, not from its start: live means bytes. Resuming goes through `starting`.
 *
 * A device that fails is tried again five times a minute, then the channel is lost. A device that is gone is waited for
 * as long as the session lasts. Where there are several ways to open a device, a take that brought nothing, or nothing
 * but black, is followed by one of the next.
 */
export function createChannelPipeline(options: PipelineOptions): ChannelPipeline {
  const { clock, on, open = openTake, later = afterTimeout, env, ffmpeg, format } = options;
  const { platform = process.platform, follows = false } = options;
  let channel = options.channel;
  let state: ChannelState = 'idle';
  let wanted: 'nothing' | 'running' | 'paused' | 'stopped' = 'nothing';
  let takes = 0;
  let take: Take | undefined;
  let hasMedia = false;
  let variant = 0;
  let releasing: Promise<void> = Promise.resolve();
  let restartsMs: number[] = [];
  let callOff: () => void = () => undefined;
  let stopFollowing: () => void = () => undefined;
  let reported: TallylightError | undefined;
  const ledger = gapLedger(on.gap);

  function enter(next: ChannelState, because?: Interruption): void {
    if (state === next) return;
    state = next;
    if (next === 'live') reported = undefined;
    on.state(next, because);
  }

  function report(error: TallylightError): void {
    // A device that is waited for is told of once, not at every look.
    if (reported?.code === error.code && isAbsence(error)) return;
    reported = error;
    on.trouble(error);
  }

  function openNext(): void {
    takes++;
    hasMedia = false;
    const { machine, pcm, pointer } = options;
    const mine = open({
      channel,
      takeNumber: takes,
      sessionId: options.sessionId,
      clock,
      ffmpeg,
      format,
      variant,
      env,
      platform,
      ...(machine === undefined ? {} : { machine }),
      ...(pcm === undefined ? {} : { pcm }),
      ...(pointer === undefined ? {} : { pointer }),
      on: {
        fragment: receive,
        level: (db) => {
          if (wanted === 'running') on.level(db);
        },
        trouble: (error) => {
          // For who follows the default its move is no trouble; whether there is another is seen at the next look.
          if (!(follows && isAbsence(error))) report(error);
        },
        health: judge,
        ended: (end) => {
          if (take === mine) take = undefined;
          stopFollowing();
          if (end.reason === 'died') recover(end);
          else if (end.isCut) ledger.broken('device-failed');
        },
      },
    });
    take = mine;
    follow();
  }

  function receive(fragment: Fragment): void {
    const { sequence, startedAtMs, durationMs } = fragment.header;
    if (sequence !== INIT_SEQUENCE) {
      hasMedia = true;
      ledger.recorded(startedAtMs, durationMs);
      if (wanted === 'running') enter('live');
    }
    on.fragment(fragment, channel.device);
  }

  /** How many ways there are to open the device; only one that was not tried yet is worth another take. */
  function hasNextVariant(): boolean {
    return variant + 1 < variantsOf({ channel, format, ffmpeg, platform, env }).length;
  }

  function judge(error: TallylightError | null): void {
    if (wanted !== 'running') return;
    on.health(error);
    if (error?.code !== 'channel-black' || !hasNextVariant()) return;
    variant++;
    renew('channel-black');
  }

  function recover({ error = errorOf('device-failed', channel.id) }: TakeEnd): void {
    if (wanted !== 'running') return;
    ledger.broken(error.code);
    if (isAbsence(error)) {
      if (!follows) {
        report(error);
        wait(SETTLE_MS, error.code);
      } else {
        enter('starting', 'default-changed');
        callOff = later(SETTLE_MS, () => void openLocated());
      }
    } else retry(error);
  }

  /** A device that is there and fails: a few tries, then it is lost. */
  function retry(error: TallylightError): void {
    if (error !== reported) report(error);
    if (!hasMedia && hasNextVariant()) variant++;
    const nowMs = clock.nowMs();
    const delayMs = restartDelayMs(restartsMs, nowMs);
    if (delayMs === undefined) {
      wanted = 'stopped';
      ledger.end(nowMs);
      enter('lost');
      report(errorOf('channel-lost', `${channel.id}: ${error.detail ?? error.code}`));
      return;
    }
    restartsMs = [...restartsMs, nowMs];
    wait(delayMs, error.code);
  }

  function wait(delayMs: number, because: Interruption): void {
    enter('reconnecting', because);
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
    if (located?.ok === false) {
      if (!isAbsence(located.error)) return recover({ reason: 'died', error: located.error });
      ledger.broken(located.error.code);
      report(located.error);
      return wait(LOOK_MS, located.error.code);
    }
    const before = channel;
    channel = located?.value ?? channel;
    if (!isSameDevice(before, channel)) ledger.rename('default-changed');
    else if (hasMoved(before, channel)) ledger.rename('display-changed');
    openNext();
  }

  /** While a take runs: whether what it follows has become another device. */
  function follow(): void {
    stopFollowing();
    const { locate } = options;
    if (!follows || locate === undefined) return;
    let isOver = false;
    let cancel: () => void = () => undefined;
    stopFollowing = () => {
      isOver = true;
      cancel();
    };
    const look = async () => {
      const located = await locate(channel);
      if (isOver) return;
      if (located.ok && !isSameDevice(located.value, channel)) renew('default-changed');
      else cancel = later(LOOK_MS, () => void look());
    };
    cancel = later(LOOK_MS, () => void look());
  }

  /** Ends what runs or is about to; resolves when nothing holds the device. */
  function letGo(): Promise<void> {
    callOff();
    stopFollowing();
    const current = take;
    releasing = Promise.all([releasing, current?.stop()]).then(() => undefined);
    return releasing;
  }

  function release(): Promise<void> {
    releasing = letGo().then(() => ledger.end(clock.nowMs()));
    return releasing;
  }

  function renew(because: Interruption): void {
    if (wanted !== 'running' || take === undefined) return;
    ledger.broken(because);
    void letGo().then(() => {
      if (wanted !== 'running' || take !== undefined) return;
      enter('starting', because);
      void openLocated();
    });
  }

  function begin(): void {
    ledger.begin(clock.nowMs());
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
    renew,
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

function hasMoved({ area: before }: Channel, { area: now }: Channel): boolean {
  if (before === undefined || now === undefined) return false;
  return (
    before.x !== now.x || before.y !== now.y || before.width !== now.width || before.height !== now.height
  );
}

function afterTimeout(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
