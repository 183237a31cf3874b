import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
 * and ffmpeg with them. Errors: those of the inputs, `disk-full`, `export-cancelled`, `export-failed`.
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
  const poured = run.inputs.map(async (input, at) => {
    const pipe = child.stdio[at + 3];
    if (!(pipe instanceof Writable)) return;
    // Whoever does not read on has said why on stderr, or needs nothing more.
    pipe.on('error', () => pipe.destroy());
    for await (const piece of input) {
      if (pipe.destroyed) return;
      if (!piece.ok) return end(piece);
      if (!pipe.write(piece.value))
        await Promise.race([once(pipe, 'drain'), once(pipe, 'close')]).catch(() => undefined);
      run.onTaken(piece.value.length);
    }
    pipe.end();
  });
  const code = await gone;
  for (const pipe of child.stdio.slice(3)) pipe?.destroy();
  await Promise.all(poured);
  run.signal.removeEventListener('abort', cancel);
  if (failure !== undefined) return failure;
  if (code === 0) return ok(undefined);
  return /No space left on device/.test(words)
    ? fail('disk-full', 'export')
    : fail('export-failed', lastLine(words));
}

const LONGEST_WORDS = 4000;

function lastLine(words: string): string {
  return words.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
