import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { type Failed, fail, ok, type Result } from '../../contract/result.ts';
import { childEnv, type ProcessEnv } from '../channels/host-env.ts';

export type FfmpegRun = {
  readonly ffmpeg: string;
  readonly env: ProcessEnv;
  readonly args: readonly string[];
  /** What comes in by the descriptors from 3 on. An error ends the run. */
  readonly inputs: readonly AsyncIterable<Result<Uint8Array>>[];
  readonly signal: AbortSignal;
  /** So many bytes more were taken. */
  readonly onTaken: (bytes: number) => void;
};

/**
 * Runs ffmpeg over what is poured into it; nothing of that touches a disk on the way. Where this process dies, the inputs end
 * and ffmpeg with them. Errors: those of the inputs, `export-disk-full`, `export-cancelled`, `export-failed`.
 */
export async function runFfmpegOver(run: FfmpegRun): Promise<Result<void>> {
  const pipes = run.inputs.map(() => 'pipe' as const);
  const child = spawn(run.ffmpeg, run.args, {
    env: childEnv(run.env),
    stdio: ['ignore', 'ignore', 'pipe', ...pipes],
    windowsHide: true,
  });
  let words = '';
  let failure: Failed | undefined;
  const end = (why: Failed) => {
    failure ??= why;
    child.kill('SIGKILL');
  };
  const gone = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      words = error.message;
      resolve(null);
    });
    child.once('close', (code) => resolve(code));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LONGEST_WORDS);
  });
  const cancel = () => end(fail('export-cancelled'));
  run.signal.addEventListener('abort', cancel);
  if (run.signal.aborted) cancel();
  async function pour(input: AsyncIterable<Result<Uint8Array>>, pipe: Writable): Promise<void> {
    // Whoever does not read on has said why on stderr, or needs nothing more.
    pipe.on('error', () => pipe.destroy());
    for await (const piece of input) {
      if (pipe.destroyed) return;
      if (!piece.ok) return end(piece);
      if (!pipe.write(piece.value)) await drained(pipe);
      run.onTaken(piece.value.length);
    }
    pipe.end();
  }
  const poured = run.inputs.map(async (input, at) => {
    const pipe = child.stdio[at + 3];
    if (!(pipe instanceof Writable)) return;
    await pour(input, pipe).catch((error: unknown) => {
      // What is no MP4 cannot be placed.
      end(fail('export-failed', error instanceof Error ? error.message : String(error)));
    });
  });
  const code = await gone;
  for (const pipe of child.stdio.slice(3)) pipe?.destroy();
  await Promise.all(poured);
  run.signal.removeEventListener('abort', cancel);
  if (failure !== undefined) return failure;
  // Ctrl-C reaches ffmpeg, too, and may end it first: it says so by this number.
  if (code === 255) return fail('export-cancelled');
  if (code === 0) return ok(undefined);
  return /No space left on device/.test(words)
    ? fail('export-disk-full')
    : fail('export-failed', lastLine(words));
}

/** Resolves when there is room again, or nobody reads any more. */
function drained(pipe: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      pipe.off('drain', done);
      pipe.off('close', done);
      resolve();
    };
    pipe.on('drain', done);
    pipe.on('close', done);
    if (pipe.destroyed) done();
  });
}

const LONGEST_WORDS = 4000;

function lastLine(words: string): string {
  return words.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
