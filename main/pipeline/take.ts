import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { CaptureFormat } from './arguments.ts';
import { captureArguments } from './arguments.ts';
import type { SessionClock } from './clock.ts';
import type { DisplayGuard } from './display-guard.ts';
import { guardDisplay } from './display-guard.ts';
import { runFfmpeg } from './ffmpeg-command.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { createStamp } from './fragment-stamp.ts';
import type { SourceGuard } from './source-guard.ts';
import { guardSource } from './source-guard.ts';
import type { Segment } from './splitter.ts';
import { createSplitter } from './splitter.ts';
import { detailOf, isTelling, readStderrLine } from './stderr.ts';
import { createWatchdog } from './watchdog.ts';

export type TakeEnd = {
  /** `died`: nobody asked for it. */
  readonly reason: 'stopped' | 'died';
  /** Why it died. */
  readonly error?: TallylightError;
  /** Something at its end was not handed over, because it could not be made sure what it is of. */
  readonly isCut?: true;
};

export type TakeEvents = {
  /** Init segment first, then media fragments in order; the last ones come while stopping. */
  readonly fragment: (fragment: Fragment) => void;
  /** Peak of the last 100 ms in dBFS, ten times a second; audio channels only. */
  readonly level: (db: number) => void;
  readonly trouble: (error: TallylightError) => void;
  /** What comes is not what should come: `channel-silent`, `-black` or `-frozen`; null: it is again. */
  readonly health: (error: TallylightError | null) => void;
  /** Once, when the process is gone and every fragment is handed over. */
  readonly ended: (end: TakeEnd) => void;
};

/** How long a take waits, in milliseconds. */
export type TakePatience = {
  /** For the first byte, from the start of the process. */
  readonly firstByteMs: number;
  /** For the next byte. */
  readonly stallMs: number;
  /** For a process that was told to stop; it is killed then. */
  readonly stopMs: number;
  /** For a process that was killed; it is given up then. */
  readonly killMs: number;
};

export const TAKE_PATIENCE: TakePatience = { firstByteMs: 5_000, stallMs: 5_000, stopMs: 800, killMs: 300 };

export type TakeOptions = {
  readonly channel: Channel;
  /** From 1. */
  readonly takeNumber: number;
  readonly sessionId: string;
  readonly clock: SessionClock;
  readonly ffmpeg: Pick<Ffmpeg, 'path' | 'version' | 'demuxers'>;
  readonly format: CaptureFormat;
  /** Which of several ways to open the device, from 0, the best; see arguments.ts. */
  readonly variant?: number;
  readonly env: ProcessEnv;
  readonly on: TakeEvents;
  readonly patience?: TakePatience;
};

export type Take = {
  /** Of ffmpeg; undefined before it runs and after it is gone. */
  readonly pid: () => number | undefined;
  /**
   * Ends the take. Resolves when its last fragment is handed over and the device is released, or with a
   * `device-failed` trouble where the process outlives being killed.
   */
  readonly stop: () => Promise<void>;
};

/** A stamp further than this from the time it was read at is not wall time. */
const PLAUSIBLE_MS = 60_000;

/** Starts one take: one ffmpeg that reads one device, from now until it is stopped or dies. Opens the device. */
export function openTake(options: TakeOptions): Take {
  const { channel, clock, on, patience = TAKE_PATIENCE } = options;
  const splitter = createSplitter();
  const waiting: { readonly segment: Segment; readonly arrivedMs: number }[] = [];
  /** What arrived up to then is of the agreed device. */
  let clearedToMs = Number.NEGATIVE_INFINITY;
  let stamp: ReturnType<typeof createStamp> | undefined;
  let child: ChildProcess | undefined;
  let wanted: 'running' | 'stopped' = 'running';
  let fault: TallylightError | undefined;
  let guard: SourceGuard | undefined;
  let displayGuard: DisplayGuard | undefined;
  /** What comes from now on is not of the display that was agreed to. */
  let isAstray = false;
  let lastWords = '';
  let isGone = false;
  let announceGone: () => void;
  const gone = new Promise<void>((resolve) => {
    announceGone = resolve;
  });

  const watchdog = createWatchdog(() => {
    fail(errorOf('device-failed', `${channel.id}: no data for ${patience.stallMs / 1_000} s`));
  });
  const stopTimer = createWatchdog(kill);
  const killTimer = createWatchdog(() => {
    const error = errorOf('device-failed', `${channel.id}: ffmpeg does not end when it is killed`);
    on.trouble(error);
    fault ??= error;
    finish('does not end when it is killed');
  });

  function kill(): void {
    if (isGone) return;
    child?.kill('SIGKILL');
    killTimer.restart(patience.killMs);
  }

  function fail(error: TallylightError): void {
    if (isGone) return;
    if (fault === undefined) on.trouble(error);
    fault ??= error;
    kill();
  }

  function begin(wallMs: number | null): void {
    if (stamp !== undefined) return;
    const isPlausible = wallMs !== null && Math.abs(wallMs - Date.now()) < PLAUSIBLE_MS;
    const firstSampleMs = isPlausible ? clock.fromWallMs(wallMs) : clock.nowMs();
    const { sessionId, takeNumber } = options;
    stamp = createStamp({
      sessionId,
      channelId: channel.id,
      take: takeNumber,
      firstSampleMs,
    });
    deliverWaiting();
  }

  function deliverWaiting(): void {
    for (const { segment, arrivedMs } of waiting.splice(0)) deliver(segment, arrivedMs);
  }

  function isInDoubt(arrivedMs: number): boolean {
    return guard?.isInDoubt() === true && arrivedMs > clearedToMs;
  }

  function deliver(segment: Segment, arrivedMs: number): void {
    // Bytes and lines come over two pipes, so the time of the first sample may arrive after the first bytes.
    // What is still in doubt when the take ends is dropped: it may be of a device nobody agreed to.
    if (stamp === undefined || isInDoubt(arrivedMs)) {
      waiting.push({ segment, arrivedMs });
      return;
    }
    const fragment = stamp(segment);
    if (fragment.ok) on.fragment(fragment.value);
    else fail(fragment.error);
  }

  function readBytes(chunk: Uint8Array): void {
    // A process that was given up may still have something to say.
    if (isGone || isAstray) return;
    if (wanted === 'running') watchdog.restart(patience.stallMs);
    const segments = splitter.push(chunk);
    const arrivedMs = performance.now();
    if (segments.ok) for (const segment of segments.value) deliver(segment, arrivedMs);
    else fail(segments.error);
  }

  function readLine(line: string): void {
    if (isGone) return;
    const fact = readStderrLine(line, channel.kind);
    if (fact?.kind === 'start') begin(fact.wallMs);
    else if (fact?.kind === 'level') {
      if (guard?.isInDoubt() !== true) on.level(fact.db);
    } else if (isTelling(line)) lastWords = detailOf(line);
    if (fact?.kind === 'trouble' && wanted === 'running') fault ??= fact.error;
  }

  function finish(how: string): void {
    if (isGone) return;
    isGone = true;
    child = undefined;
    watchdog.cancel();
    stopTimer.cancel();
    killTimer.cancel();
    guard?.close();
    displayGuard?.close();
    begin(null);
    const cut = waiting.some(({ segment }) => segment.kind !== 'init') ? ({ isCut: true } as const) : {};
    if (wanted === 'running') {
      const error =
        fault ?? errorOf('device-failed', `${channel.id}: ${how}${lastWords && `: ${lastWords}`}`);
      on.ended({ reason: 'died', error, ...cut });
    } else on.ended({ reason: wanted, ...cut });
    announceGone();
  }

  function askToStop(): void {
    if (process.platform === 'win32') child?.stdin?.write('q');
    else child?.kill('SIGINT');
    stopTimer.restart(patience.stopMs);
  }

  function watchDevice(pid: number): void {
    const { env } = options;
    if (channel.kind === 'display') {
      const stray = (error: TallylightError) => {
        isAstray = true;
        fail(error);
      };
      displayGuard = guardDisplay(
        channel,
        { env },
        {
          gone: () => stray(errorOf('device-gone', `${channel.id}: it is not where it was agreed to be`)),
          unsure: () =>
            stray(errorOf('device-failed', `${channel.id}: the X server does not say where it is`)),
        },
      );
    } else
      guard = guardSource(
        { pid, source: channel.device, env },
        {
          cleared: (untilMs) => {
            clearedToMs = untilMs;
            deliverWaiting();
          },
          moved: () =>
            fail(errorOf('device-gone', `${channel.id}: the sound server moved it to another device`)),
          unsure: () =>
            fail(
              errorOf(
                'device-failed',
                `${channel.id}: the sound server does not say what it is a recording of`,
              ),
            ),
        },
      );
  }

  runFfmpeg({
    ffmpeg: options.ffmpeg,
    args: captureArguments({
      channel,
      format: options.format,
      version: options.ffmpeg.version,
      env: options.env,
    }),
    env: options.env,
    stdout: new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        readBytes(chunk);
        done();
      },
    }),
    isWanted: () => wanted === 'running' && !isGone,
    onProcess: (started) => {
      child = started;
      started.stdin?.on('error', () => undefined);
      started.once('close', (code, signal) =>
        finish(signal === null ? `exit ${code}` : `ended by ${signal}`),
      );
      watchdog.restart(patience.firstByteMs);
      if (started.pid !== undefined) watchDevice(started.pid);
    },
    onLine: readLine,
    onFailedStart: (why) => finish(why),
  });

  return {
    pid: () => child?.pid,
    stop: () => {
      if (wanted === 'running') {
        wanted = 'stopped';
        watchdog.cancel();
        askToStop();
      }
      return gone;
    },
  };
}
