import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import { isDefaultSound } from '../../contract/consent.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import { assertNever, errorOf } from '../../contract/result.ts';
import { defaultSoundName } from '../channels/sound-presence.ts';
import { watchDefault } from './default-watch.ts';
import { foundAt } from './device-search.ts';
import type { Interruption } from './gap-ledger.ts';
import { gapLedger } from './gap-ledger.ts';
import { afterTimeout } from './later.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import {
  isAbsence,
  isPassing,
  LOCKED_LOOK_MS,
  LOOK_MS,
  restartDelayMs,
  SETTLE_MS,
  WAITED_FOR,
} from './restart-schedule.ts';
import type { Take } from './take.ts';
import { openTake } from './take.ts';
import { createTakeWays } from './take-ways.ts';

export type { Gap } from './gap-ledger.ts';
export type { PipelineEvents, PipelineOptions } from './pipeline-options.ts';

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
 * A device that fails is tried again five times a minute, then the channel is lost; so is one that ffmpeg does not find
 * although the system lists it as before. A device that is gone, or a display that is locked, is waited for as long as
 * the session lasts. Where there are several ways to open a device, a take that brought nothing, or nothing but black,
 * is followed by one of the next.
 */
export function createChannelPipeline(options: PipelineOptions): ChannelPipeline {
  const { clock, on, open = openTake, later = afterTimeout, env, format, locate } = options;
  const { platform = process.platform, follows = false } = options;
  const ways = createTakeWays({ ffmpeg: options.ffmpeg, format, platform, env });
  let channel = options.channel;
  let state: ChannelState = 'idle';
  let wanted: 'nothing' | 'running' | 'paused' | 'stopped' = 'nothing';
  let takes = options.after?.takes ?? 0;
  let take: Take | undefined;
  let hasMedia = false;
  /** What the last take died of, until a look has shown whether its device is gone. */
  let absence: TallylightError | undefined;
  /** Why the take that runs is being ended, where another is to follow. */
  let renewal: Interruption | undefined;
  let releasing: Promise<void> = Promise.resolve();
  let restartsMs: number[] = [];
  let callOff: () => void = () => undefined;
  let stopFollowing: () => void = () => undefined;
  let reported: TallylightError | undefined;
  const ledger = gapLedger(on.gap, options.after?.recordedToMs);

  function enter(next: ChannelState, because?: Interruption): void {
    if (state === next) return;
    state = next;
    if (next === 'live') reported = undefined;
    on.state(next, because);
  }

  function report(error: TallylightError): void {
    // A device that is waited for is told of once, not at every look.
    if (reported?.code === error.code && WAITED_FOR.has(error.code)) return;
    reported = error;
    on.trouble(error);
  }

  function openNext(): void {
    takes++;
    hasMedia = false;
    renewal = undefined;
    const { machine, pcm, pointer } = options;
    const mine = open({
      channel,
      takeNumber: takes,
      sessionId: options.sessionId,
      clock,
      ...ways.current(),
      format,
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
        content: () => {
          if (wanted === 'running') on.content();
        },
        ended: (end) => {
          if (take === mine) take = undefined;
          stopFollowing();
          if (end.reason === 'died') recover(end.error ?? errorOf('device-failed', channel.id));
          else if (end.isCut) ledger.broken(renewal ?? 'device-failed');
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

  function judge(error: TallylightError | null): void {
    if (wanted !== 'running') return;
    on.health(error);
    if (error?.code === 'channel-black' && ways.next(channel)) renew('channel-black');
  }

  function recover(error: TallylightError): void {
    if (wanted !== 'running') return;
    ledger.broken(error.code);
    if (isPassing(error)) {
      report(error);
      wait(LOCKED_LOOK_MS, error.code);
    } else if (isAbsence(error)) {
      absence = error;
      if (!follows) report(error);
      enter(follows ? 'starting' : 'reconnecting', follows ? 'default-changed' : error.code);
      callOff = later(SETTLE_MS, () => void openLocated());
    } else failed(error);
  }

  /** A take of a device that is there has died. */
  function failed(error: TallylightError, waitedMs = 0): void {
    if (!hasMedia) ways.broughtNothing(channel, error);
    retry(error, waitedMs);
  }

  /** A few tries, then it is lost. */
  function retry(error: TallylightError, waitedMs: number): void {
    if (error !== reported) report(error);
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
    enter('reconnecting', error.code);
    if (delayMs > waitedMs) wait(delayMs - waitedMs, error.code);
    else openNext();
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
    const located = await locate?.(channel);
    if (isCalledOff) return;
    const found = foundAt(channel, located, absence);
    absence = undefined;
    switch (found.kind) {
      case 'open':
        channel = found.channel;
        if (found.because !== undefined) ledger.rename(found.because);
        return openNext();
      case 'there':
        channel = found.channel;
        return failed(found.error, SETTLE_MS);
      case 'absent':
        ledger.broken(found.error.code);
        report(found.error);
        return wait(LOOK_MS, found.error.code);
      case 'unknown':
        ledger.broken(found.error.code);
        return retry(found.error, 0);
      default:
        return assertNever(found);
    }
  }

  /** While a take runs: whether what it follows has become another device. */
  function follow(): void {
    stopFollowing();
    const { machine } = options;
    // What a Mac or Windows plays is heard by the host, whatever plays it.
    const hasOthers = isDefaultSound(channel) && (platform === 'linux' || channel.kind === 'mic');
    if (!follows || locate === undefined || !hasOthers) return;
    stopFollowing = watchDefault(
      {
        ...{ channel, locate, later },
        named: () => (machine === undefined ? undefined : defaultSoundName(machine)),
        isCheap: platform === 'linux',
      },
      () => renew('default-changed'),
    );
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
    renewal = because;
    void letGo().then(() => {
      if (wanted !== 'running' || take !== undefined) return;
      // Not before the last fragments are there: they would end the gap before it began.
      ledger.broken(because);
      enter('starting', because);
      void openLocated();
    });
  }

  function begin(): void {
    absence = undefined;
    ledger.begin(clock.nowMs());
    enter('starting');
  }

  return {
    state: () => state,
    start: () => {
      if (wanted !== 'nothing') return;
      wanted = 'running';
      begin();
      if (locate !== undefined && channel.address !== undefined) void openLocated();
      else openNext();
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
