import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf, ok } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { Machine } from '../channels/machine.ts';
import { askX11Pointer } from '../channels/x11-pointer.ts';
import { captureArguments } from './arguments.ts';
import type { CaptureFormat } from './capture-format.ts';
import type { CaptureFfmpeg } from './capture-way.ts';
import type { Pointer } from './channel-health.ts';
import { showsContent, watchHealth } from './channel-health.ts';
import type { SessionClock } from './clock.ts';
import type { DeviceGuard } from './device-guard.ts';
import { guardDevice } from './device-guard.ts';
import { createFragmentGate } from './fragment-gate.ts';
import { createStamp } from './fragment-stamp.ts';
import type { PcmSource } from './pcm-source.ts';
import { createSplitter } from './splitter.ts';
import type { StderrFact } from './stderr.ts';
import { detailOf, isTelling, readStderrLine } from './stderr.ts';
import type { TakePatience } from './take-process.ts';
import { startTakeProcess } from './take-process.ts';
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
  /**
   * What comes is not what should come: `channel-silent`, `-black` or `-frozen`; null: it is again. Once per change; it
   * never ends the take, and its end is not told here.
   */
  readonly health: (error: TallylightError | null) => void;
  /** Once, at the first thing to hear or see: a level above digital zero, a picture that is not black. */
  readonly content: () => void;
  /** Once, when the process is gone and every fragment is handed over. */
  readonly ended: (end: TakeEnd) => void;
};

export const TAKE_PATIENCE: TakePatience = {
  firstByteMs: 5_000,
  stallMs: 5_000,
  stopMs: 800,
  killMs: 300,
  settleMs: 1_000,
};

export type TakeOptions = {
  readonly channel: Channel;
  /** From 1. */
  readonly takeNumber: number;
  readonly sessionId: string;
  readonly clock: SessionClock;
  readonly ffmpeg: CaptureFfmpeg;
  readonly format: CaptureFormat;
  /** Which of several ways to open the device, from 0, the best; see arguments.ts. */
  readonly variant?: number;
  readonly env: ProcessEnv;
  /** `process.platform` where it is not given. */
  readonly platform?: NodeJS.Platform;
  /** Where the displays and devices are asked for while the take runs; of `env` and `ffmpeg` if not given. */
  readonly machine?: Machine;
  /** Brings the samples where ffmpeg cannot open the device and no program can. */
  readonly pcm?: PcmSource;
  /** For `channel-frozen`; the X server is asked where it is not given. */
  readonly pointer?: Pointer;
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
  const { channel, clock, env, on, patience = TAKE_PATIENCE, platform = process.platform } = options;
  const { machine = machineOf(options, platform) } = options;
  const splitter = createSplitter();
  const health = watchHealth(channel, on.health, options.pointer ?? pointerOf(platform, env));
  let guard: DeviceGuard | undefined;
  let wanted: 'running' | 'stopped' = 'running';
  let fault: TallylightError | undefined;
  /** What comes from now on is not of the device that was agreed to. */
  let isAstray = false;
  /** Unix time of the first sample, where whoever brings the samples knows it. */
  let firstWallMs: number | null = null;
  let hasArrived = false;
  let hasContent = false;
  let lastWords = '';
  /** How the process ended; what it left may still have to be made sure of. */
  let ending: string | undefined;
  let isOver = false;
  let announceReleased: () => void;
  const released = new Promise<void>((resolve) => {
    announceReleased = resolve;
  });
  const settleTimer = createWatchdog(conclude);
  const gate = createFragmentGate(isInDoubt, (fragment) => {
    if (fragment.ok) on.fragment(fragment.value);
    else fail(fragment.error);
  });

  /** A host that brings the samples opens what it was told to, and nothing can be looked up. */
  function isInDoubt(): boolean {
    return guard === undefined ? source.kind !== 'pcm' : guard.isInDoubt();
  }

  function tell(error: TallylightError): void {
    on.trouble(error);
    fault ??= error;
  }

  function fail(error: TallylightError): void {
    if (ending !== undefined) return;
    if (fault === undefined) on.trouble(error);
    fault ??= error;
    running.kill();
  }

  function begin(wallMs: number | null): void {
    gate.begin(() => {
      const isPlausible = wallMs !== null && Math.abs(wallMs - Date.now()) < PLAUSIBLE_MS;
      const firstSampleMs = isPlausible ? clock.fromWallMs(wallMs) : clock.nowMs();
      const { sessionId, takeNumber } = options;
      return createStamp({ sessionId, channelId: channel.id, take: takeNumber, firstSampleMs });
    });
  }

  function readBytes(chunk: Uint8Array): void {
    if (isAstray) return;
    const segments = splitter.push(chunk);
    const arrivedMs = performance.now();
    if (segments.ok) for (const segment of segments.value) gate.push(segment, arrivedMs);
    else fail(segments.error);
    // The first bytes are no media yet, and say that the device is open.
    if (!hasArrived || gate.isHolding()) guard?.arrived?.();
    hasArrived = true;
  }

  function readLine(line: string): void {
    const fact = readStderrLine(line, channel.kind, platform);
    if (isTelling(line)) lastWords = detailOf(line);
    if (fact?.kind === 'start') begin(firstWallMs ?? fact.wallMs);
    else if (fact?.kind === 'trouble') hear(fact);
    else if (fact !== undefined && wanted === 'running') {
      health.hear(fact, performance.now());
      // Of a display its own guard is in doubt at all times: that it is the agreed one, not that it is a picture.
      if (channel.kind !== 'display' && isInDoubt()) return;
      if (fact.kind === 'level') on.level(fact.db);
      if (hasContent || !showsContent(fact, channel)) return;
      hasContent = true;
      on.content();
    }
  }

  function hear({ error, isFinal }: Extract<StderrFact, { kind: 'trouble' }>): void {
    if (wanted !== 'running') return;
    if (isFinal) fail(error);
    else fault ??= error;
  }

  function settle(how: string): void {
    ending = how;
    health.close();
    begin(firstWallMs);
    if (gate.isHolding() && !isAstray && guard?.arrived !== undefined) {
      settleTimer.restart(patience.settleMs);
      guard.arrived();
    } else conclude();
  }

  /** Says how it ended, once all that can be handed over is. */
  function conclude(): void {
    if (isOver) return;
    isOver = true;
    settleTimer.cancel();
    guard?.close();
    const cut = gate.isHolding() ? ({ isCut: true } as const) : {};
    if (wanted === 'running') {
      const how = `${channel.id}: ${ending}${lastWords && `: ${lastWords}`}`;
      on.ended({ reason: 'died', error: fault ?? errorOf('device-failed', how), ...cut });
    } else on.ended({ reason: wanted, ...cut });
    void release();
  }

  async function release(): Promise<void> {
    const late = createWatchdog(() => {
      on.trouble(errorOf('device-failed', `${channel.id}: the device is not let go`));
      announceReleased();
    });
    late.restart(patience.settleMs);
    await running.released();
    late.cancel();
    announceReleased();
  }

  function watchDevice(recorderPid: number): void {
    guard = guardDevice(
      { channel, machine, recorderPid },
      {
        cleared: (untilMs) => {
          gate.clear(untilMs);
          if (ending !== undefined && !gate.isHolding()) conclude();
        },
        lost: (error) => {
          isAstray ||= channel.kind === 'display';
          if (ending === undefined) fail(error);
          else conclude();
        },
      },
    );
  }

  const { ffmpeg, format, variant } = options;
  const args = captureArguments({ channel, format, ffmpeg, platform, env }, variant);
  const { source } = args;
  const running = startTakeProcess(
    { channel, ffmpeg, args, source, pcm: options.pcm, platform, env, patience },
    {
      bytes: readBytes,
      line: readLine,
      recorder: watchDevice,
      first: (wallMs) => {
        firstWallMs = wallMs;
      },
      inputEnded: tell,
      stalled: () =>
        fail(errorOf('device-failed', `${channel.id}: no data for ${patience.stallMs / 1_000} s`)),
      unkillable: () =>
        tell(errorOf('device-failed', `${channel.id}: ffmpeg does not end when it is killed`)),
      gone: settle,
    },
  );

  return {
    pid: running.pid,
    stop: () => {
      if (wanted === 'running') {
        wanted = 'stopped';
        running.stop();
      }
      return released;
    },
  };
}

function machineOf({ ffmpeg, env }: TakeOptions, platform: NodeJS.Platform): Machine {
  return { platform, env, ffmpeg: async () => ok({ path: ffmpeg.path }) };
}

function pointerOf(platform: NodeJS.Platform, env: ProcessEnv): Pointer | undefined {
  return platform === 'linux' ? () => askX11Pointer(env) : undefined;
}
