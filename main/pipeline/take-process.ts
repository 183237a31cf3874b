import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { CaptureArguments } from './arguments.ts';
import { runFfmpeg } from './ffmpeg-command.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import type { CaptureSource, FfmpegInput } from './ffmpeg-input.ts';
import { connectInput } from './ffmpeg-input.ts';
import type { PcmSource } from './pcm-source.ts';
import { createWatchdog } from './watchdog.ts';

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
  /** After the end of the process, to make sure what its last fragments are of, and for the device to be free. */
  readonly settleMs: number;
};

export type TakeProcessOptions = {
  readonly channel: Channel;
  readonly ffmpeg: Pick<Ffmpeg, 'path' | 'demuxers'>;
  readonly args: CaptureArguments;
  readonly source: CaptureSource;
  readonly pcm: PcmSource | undefined;
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  readonly patience: TakePatience;
};

export type TakeProcessEvents = {
  readonly bytes: (chunk: Uint8Array) => void;
  /** One line of stderr. */
  readonly line: (line: string) => void;
  /** The process that holds the device, as the system knows it; not where a host holds it. */
  readonly recorder: (pid: number) => void;
  /** Unix time in milliseconds of the first sample, where ffmpeg does not know it. */
  readonly first: (wallMs: number) => void;
  /** Whoever brings the samples has ended unasked; ffmpeg writes what it has and ends. */
  readonly inputEnded: (error: TallylightError) => void;
  /** No byte came in time; nothing is done about it. */
  readonly stalled: () => void;
  /** It outlives being killed, and is given up. `gone` follows. */
  readonly unkillable: () => void;
  /** Once, the last: its end in words. Nothing comes any more. */
  readonly gone: (how: string) => void;
};

export type TakeProcess = {
  /** Of ffmpeg; undefined before it runs and after it is gone. */
  readonly pid: () => number | undefined;
  /** Asks it to write what it has and end; kills it where it does not in time. Keeps it from starting. */
  readonly stop: () => void;
  readonly kill: () => void;
  /** Once it is gone: resolves when nothing else holds the device either. */
  readonly released: () => Promise<void>;
};

/** The processes of one take, from their start to their end: ffmpeg, and what stands beside it. */
export function startTakeProcess(options: TakeProcessOptions, on: TakeProcessEvents): TakeProcess {
  const { channel, source, pcm, platform, env, patience } = options;
  let child: ChildProcess | undefined;
  let input: FfmpegInput | undefined;
  let isWanted = true;
  let isGone = false;
  const stall = createWatchdog(on.stalled);
  const stopTimer = createWatchdog(kill);
  const killTimer = createWatchdog(() => {
    on.unkillable();
    finish('does not end when it is killed');
  });

  function kill(): void {
    isWanted = false;
    if (isGone) return;
    input?.kill();
    child?.kill('SIGKILL');
    killTimer.restart(patience.killMs);
  }

  function windDown(): void {
    isWanted = false;
    stall.cancel();
    stopTimer.restart(patience.stopMs);
  }

  function finish(how: string): void {
    if (isGone) return;
    isGone = true;
    child = undefined;
    for (const timer of [stall, stopTimer, killTimer]) timer.cancel();
    input?.kill();
    on.gone(how);
  }

  function receive(chunk: Uint8Array): void {
    // A process that was given up may still have something to say.
    if (isGone) return;
    if (isWanted) stall.restart(patience.stallMs);
    on.bytes(chunk);
  }

  runFfmpeg({
    ffmpeg: options.ffmpeg,
    args: options.args,
    platform,
    env,
    stdout: new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        receive(chunk);
        done();
      },
    }),
    isWanted: () => isWanted,
    onProcess: (started) => {
      child = started;
      started.once('close', (code, signal) => finish(signal === null ? exitOf(code) : `ended by ${signal}`));
      stall.restart(patience.firstByteMs);
      input = connectInput(
        started,
        { channel, source, platform, env, pcm },
        {
          recorder: on.recorder,
          first: on.first,
          ended: (error) => {
            if (!isWanted) return;
            windDown();
            on.inputEnded(error);
          },
        },
      );
    },
    onLine: (line) => {
      if (!isGone) on.line(line);
    },
    onFailedStart: finish,
  });

  return {
    pid: () => child?.pid,
    stop: () => {
      windDown();
      input?.askToStop();
    },
    kill,
    released: async () => input?.released(),
  };
}

/** Windows has no negative exit codes: ffmpeg's -5 (EIO) comes out as 4294967291. Seen with 7.1 under Wine. */
function exitOf(code: number | null): string {
  return `exit ${code !== null && code > 0x7fff_ffff ? code - 0x1_0000_0000 : code}`;
}
