import type { ChildProcess } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import type { CaptureArguments } from './arguments.ts';
import type { Leash } from './child-leash.ts';
import { findLeash, leashed } from './child-leash.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';

export type FfmpegRun = {
  readonly ffmpeg: Pick<Ffmpeg, 'path' | 'demuxers'>;
  readonly args: Pick<CaptureArguments, 'inputOptions' | 'input' | 'outputOptions'>;
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  /** Takes what ffmpeg writes to stdout. */
  readonly stdout: Writable;
  /** Asked right before the process would start: whoever gave up meanwhile never opens the device. */
  readonly isWanted: () => boolean;
  readonly onProcess: (child: ChildProcess) => void;
  readonly onLine: (line: string) => void;
  /** No process came about. Never called after `onProcess`, nor before `runFfmpeg` has returned. */
  readonly onFailedStart: (why: string) => void;
};

/** Lines of stderr that fluent-ffmpeg keeps for its own error text. */
const KEPT_LINES = 10;

/**
 * Starts ffmpeg through fluent-ffmpeg 2.1.3, the last there will be, and steps around what does not fit it:
 * - its parser of `-formats` misses every device of ffmpeg 7 and later, wherever `-f` is given, and asks
 *   ffmpeg twice before the first start; it is told what the probe found out already;
 * - `setFfmpegPath` is one path for the whole process; here each command has its own;
 * - it spawns with the environment of this process; ffmpeg gets the host's, without tokens;
 * - a program that cannot be started makes it throw from an event handler; here it is a value.
 */
export function runFfmpeg(run: FfmpegRun): void {
  const command = ffmpeg({ stdoutLines: KEPT_LINES });
  const inner = command as unknown as FluentInside;
  const spawnFfmpeg = inner._spawnFfmpeg;
  let child: ChildProcess | undefined;

  inner.availableFormats = (callback) => callback(null, formatsOf(run.ffmpeg.demuxers));
  inner.availableEncoders = (callback) => callback(null, {});
  inner._spawnFfmpeg = (args, options, onProcess, onEnd) => {
    const ended: OnEnd = (error, stdout, stderr) => onEnd(error, stdout ?? NO_LINES, stderr ?? NO_LINES);
    void prepared(run).then((ready) => {
      if (ready instanceof Error) return ended(ready);
      if (!run.isWanted()) return ended(new Error('not wanted any more'));
      const leash = leashed(ready, run.ffmpeg.path, args);
      const spawnOptions = {
        ...options,
        env: childEnv(run.env),
        detached: leash.isDetached,
        stdio: ['pipe', 'pipe', 'pipe', ...leash.moreStdio],
      };
      inner._getFfmpegPath = (callback) => callback(null, leash.program);
      try {
        const held: typeof onProcess = (started, ...rings) => {
          leash.hold(started);
          onProcess(started, ...rings);
        };
        spawnFfmpeg.call(command, leash.args, spawnOptions, held, ended);
      } catch (error) {
        // Node has no pipes to hand out when there are no file descriptors left.
        ended(error instanceof Error ? error : new Error(String(error)), NO_LINES, NO_LINES);
      }
    });
  };

  command
    .input(run.args.input)
    .inputOptions(...run.args.inputOptions)
    .outputOptions(...run.args.outputOptions)
    .on('start', () => {
      if (inner.ffmpegProc?.pid === undefined) return;
      child = inner.ffmpegProc;
      run.onProcess(child);
    })
    .on('stderr', run.onLine)
    .on('error', (error: Error) => {
      // How a process ended is read from the process itself.
      if (child === undefined) queueMicrotask(() => run.onFailedStart(error.message));
    })
    .output(run.stdout)
    .run();
}

/** How ffmpeg is leashed; an error where there is no program to start, which a leash would hide. */
async function prepared({ ffmpeg, platform, env }: FfmpegRun): Promise<Leash | Error> {
  try {
    await access(ffmpeg.path, constants.X_OK);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return findLeash(platform, env);
}

type LinesRing = { readonly get: () => string };
type OnEnd = (error: Error | null | undefined, stdout?: LinesRing, stderr?: LinesRing) => void;
type SpawnFfmpeg = (
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
  onProcess: (child: ChildProcess, stdout: LinesRing, stderr: LinesRing) => void,
  onEnd: OnEnd,
) => void;
type Format = { readonly description: string; readonly canDemux: boolean; readonly canMux: boolean };

/** The parts of a fluent-ffmpeg command that are not in its types. */
type FluentInside = {
  ffmpegProc?: ChildProcess;
  _getFfmpegPath: (callback: (error: null, path: string) => void) => void;
  availableFormats: (callback: (error: null, formats: Record<string, Format>) => void) => void;
  availableEncoders: (callback: (error: null, encoders: Record<string, never>) => void) => void;
  _spawnFfmpeg: SpawnFfmpeg;
};

const NO_LINES: LinesRing = { get: () => '' };

function formatsOf(demuxers: ReadonlySet<string>): Record<string, Format> {
  const formats: Record<string, Format> = {};
  for (const name of demuxers) formats[name] = { description: name, canDemux: true, canMux: false };
  formats.mp4 = { description: 'mp4', canDemux: true, canMux: true };
  return formats;
}
