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
  /** `died` is the only one nobody asked for. */
  readonly reason: 'stopped' | 'killed' | 'died';
  /** Why it died. */
  readonly error?: TallylightError;
};

export type TakeEvents = {
  /** Init segment first, then media fragments in order; the last ones come while stopping. */
  readonly fragment: (fragment: Fragment) => void;
  /** Peak of the last 100 ms in dBFS, ten times a second; audio channels only. */
  readonly level: (db: number) => void;
  readonly trouble: (error: TallylightError) => void;
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
};

export const TAKE_PATIENCE: TakePatience = { firstByteMs: 5_000, stallMs: 5_000, stopMs: 1_500 };

export type TakeOptions = {
  readonly channel: Channel;
  /** From 1. */
  readonly takeNumber: number;
  readonly sessionId: string;
  /** How much of the session clock was paused before this take, in milliseconds. */
  readonly pausedBeforeMs: number;
  readonly clock: SessionClock;
  readonly ffmpeg: Pick<Ffmpeg, 'path' | 'version' | 'demuxers'>;
  readonly format: CaptureFormat;
  readonly env: ProcessEnv;
  readonly on: TakeEvents;
  readonly patience?: TakePatience;
};

export type Take = {
  /** Of ffmpeg; undefined before it runs and after it is gone. */
  readonly pid: () => number | undefined;
  /** Ends the take. Resolves when its last fragment is handed over and the device is released. */
  readonly stop: () => Promise<void>;
  /** Ends it at once; up to a second of media is lost. */
  readonly kill: () => void;
};

/** A stamp further than this from the time it was read at is not wall time. */
const PLAUSIBLE_MS = 60_000;

/** Starts one take: one ffmpeg that reads one device, from now until it is stopped or dies. Opens the device. */
export function openTake(options: TakeOptions): Take {
  const { channel, clock, on, patience = TAKE_PATIENCE } = options;
  const splitter = createSplitter();
  const waiting: Segment[] = [];
  let stamp: ReturnType<typeof createStamp> | undefined;
  let child: ChildProcess | undefined;
  let wanted: 'running' | 'stopped' | 'killed' = 'running';
  let fault: TallylightError | undefined;
  let guard: SourceGuard | undefined;
  let lastWords = '';
  let isGone = false;
  let announceGone: () => void;
  const gone = new Promise<void>((resolve) => {
    announceGone = resolve;
  });

  const watchdog = createWatchdog(() => {
    fail(errorOf('device-failed', `${channel.id}: no data for ${patience.stallMs / 1_000} s`));
  });
  const stopTimer = createWatchdog(() => child?.kill('SIGKILL'));

  function fail(error: TallylightError): void {
    if (fault === undefined) on.trouble(error);
    fault ??= error;
    child?.kill('SIGKILL');
  }

  function begin(wallMs: number | null): void {
    if (stamp !== undefined) return;
    const isPlausible = wallMs !== null && Math.abs(wallMs - Date.now()) < PLAUSIBLE_MS;
    const firstSampleMs = isPlausible ? clock.fromWallMs(wallMs) : clock.nowMs();
    const { sessionId, takeNumber, pausedBeforeMs } = options;
    stamp = createStamp({
      sessionId,
      channelId: channel.id,
      take: takeNumber,
      pausedBeforeMs,
      firstSampleMs,
    });
    deliverWaiting();
  }

  function deliverWaiting(): void {
    for (const segment of waiting.splice(0)) deliver(segment);
  }

  function deliver(segment: Segment): void {
    // Bytes and lines come over two pipes, so the time of the first sample may arrive after the first bytes.
    // What is still in doubt when the take ends is dropped: it may be of a device nobody agreed to.
    if (stamp === undefined || guard?.isInDoubt()) {
      waiting.push(segment);
      return;
    }
    const fragment = stamp(segment);
    if (fragment.ok) on.fragment(fragment.value);
    else fail(fragment.error);
  }

  function readBytes(chunk: Uint8Array): void {
    if (wanted === 'running') watchdog.restart(patience.stallMs);
    const segments = splitter.push(chunk);
    if (segments.ok) segments.value.forEach(deliver);
    else fail(segments.error);
  }

  function readLine(line: string): void {
    const fact = readStderrLine(line, channel.kind);
    if (fact?.kind === 'start') begin(fact.wallMs);
    else if (fact?.kind === 'level') on.level(fact.db);
    else if (isTelling(line)) lastWords = detailOf(line);
    if (fact?.kind === 'trouble' && wanted === 'running') fault ??= fact.error;
  }

  function finish(how: string): void {
    if (isGone) return;
    isGone = true;
    child = undefined;
    watchdog.cancel();
    stopTimer.cancel();
    guard?.close();
    begin(null);
    if (wanted === 'running') {
      const error =
        fault ?? errorOf('device-failed', `${channel.id}: ${how}${lastWords && `: ${lastWords}`}`);
      on.ended({ reason: 'died', error });
    } else on.ended({ reason: wanted });
    announceGone();
  }

  function askToStop(): void {
    if (process.platform === 'win32') child?.stdin?.write('q');
    else child?.kill('SIGINT');
    stopTimer.restart(patience.stopMs);
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
    isWanted: () => wanted === 'running',
    onProcess: (started) => {
      child = started;
      started.stdin?.on('error', () => undefined);
      started.once('close', (code, signal) =>
        finish(signal === null ? `exit ${code}` : `ended by ${signal}`),
      );
      watchdog.restart(patience.firstByteMs);
      if (channel.kind !== 'display' && started.pid !== undefined)
        guard = guardSource(
          { pid: started.pid, source: channel.device, env: options.env },
          {
            cleared: deliverWaiting,
            moved: () =>
              fail(errorOf('device-gone', `${channel.id}: the sound server moved it to another device`)),
          },
        );
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
    kill: () => {
      if (wanted === 'running') wanted = 'killed';
      child?.kill('SIGKILL');
    },
  };
}
