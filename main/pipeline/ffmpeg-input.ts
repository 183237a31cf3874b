import type { ChildProcess } from 'node:child_process';
import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { assertNever, errorOf } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { feedPcm } from './pcm-feed.ts';
import type { PcmSource } from './pcm-source.ts';
import { startProgram } from './program-source.ts';

/** Who brings the samples, as the arguments say. */
export type CaptureSource =
  | { readonly kind: 'device' }
  | { readonly kind: 'program'; readonly program: string; readonly args: readonly string[] }
  /** The host brings it; see pcm-feed.ts. */
  | { readonly kind: 'pcm' };

export type FfmpegInput = {
  /** Asks whoever holds the device to end it; ffmpeg then writes what it has and ends too. */
  readonly askToStop: () => void;
  /** Ends what stands beside ffmpeg, at once. */
  readonly kill: () => void;
  /** Resolves when nothing beside ffmpeg holds the device any more. */
  readonly released: () => Promise<void>;
};

export type FfmpegInputEvents = {
  /** The process that the system knows as the recorder. */
  readonly recorder: (pid: number) => void;
  /** Unix time in milliseconds of the first sample, where ffmpeg does not know it. */
  readonly first: (wallMs: number) => void;
  /** Nothing comes any more, and nobody asked for it; ffmpeg gets no more input. */
  readonly ended: (error: TallylightError) => void;
};

export type FfmpegInputOptions = {
  readonly channel: Channel;
  readonly source: CaptureSource;
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  readonly pcm?: PcmSource | undefined;
};

/** Connects an ffmpeg that has just been started with what it records. */
export function connectInput(
  ffmpeg: ChildProcess,
  options: FfmpegInputOptions,
  on: FfmpegInputEvents,
): FfmpegInput {
  // Broken, where ffmpeg is gone: how it ended is read from the process.
  ffmpeg.stdin?.on('error', () => ffmpeg.stdin?.destroy());
  switch (options.source.kind) {
    case 'device':
      return device(ffmpeg, options, on);
    case 'program':
      return program(ffmpeg, options.source, options, on);
    case 'pcm':
      return brought(ffmpeg, options, on);
    default:
      return assertNever(options.source);
  }
}

const nothing = () => undefined;

function device(ffmpeg: ChildProcess, { platform }: FfmpegInputOptions, on: FfmpegInputEvents): FfmpegInput {
  if (ffmpeg.pid !== undefined) on.recorder(ffmpeg.pid);
  return {
    askToStop: () => {
      // On Windows a signal is the end of a process at once, and the end of stdin is no sign to ffmpeg.
      if (platform === 'win32') ffmpeg.stdin?.write('q');
      else ffmpeg.kill('SIGINT');
    },
    kill: nothing,
    released: async () => undefined,
  };
}

/** What the host brings ends when it is closed: ffmpeg then writes what it has and ends by itself. */
function brought(
  ffmpeg: ChildProcess,
  { channel, pcm }: FfmpegInputOptions,
  on: FfmpegInputEvents,
): FfmpegInput {
  if (ffmpeg.stdin === null) throw new Error('ffmpeg was started without a stdin');
  if (pcm === undefined) {
    on.ended(errorOf('system-audio-elsewhere', `${channel.id}: nobody here can hear it`));
    ffmpeg.stdin.end();
    return { askToStop: nothing, kill: nothing, released: async () => undefined };
  }
  const feed = feedPcm(pcm, ffmpeg.stdin, { first: on.first, ended: on.ended });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= feed.close();
    return closing;
  };
  return { askToStop: () => void close(), kill: () => void close(), released: close };
}

type Program = Extract<CaptureSource, { readonly kind: 'program' }>;

function program(
  ffmpeg: ChildProcess,
  { program, args }: Program,
  { channel, platform, env }: FfmpegInputOptions,
  on: FfmpegInputEvents,
): FfmpegInput {
  if (ffmpeg.stdin === null) throw new Error('ffmpeg was started without a stdin');
  let isAsked = false;
  let announceOver: () => void;
  const over = new Promise<void>((resolve) => {
    announceOver = resolve;
  });
  const recorder = startProgram(
    { channel, program, args, platform, env, into: ffmpeg.stdin },
    {
      started: on.recorder,
      first: on.first,
      ended: (error) => {
        announceOver();
        if (!isAsked) on.ended(error);
      },
    },
  );
  const ask = (how: () => void) => () => {
    isAsked = true;
    how();
  };
  return { askToStop: ask(recorder.stop), kill: ask(recorder.kill), released: () => over };
}
