import { execFile } from 'node:child_process';
import type { ErrnoException, ProcessEnv } from './host-env.ts';
import { childEnv } from './host-env.ts';

/** What a small program printed, or why it printed nothing of use. */
export type ToolOutput =
  | { readonly kind: 'printed'; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'not-installed' }
  | { readonly kind: 'failed'; readonly why: string };

const PATIENCE_MS = 5_000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** What a program printed until it ended, whatever it thought of its own success. */
export type ToolText =
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'not-installed' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Runs a program that prints something and ends, e.g. `pactl list sources`. It is killed after 5 s. It is on no leash: it
 * opens no device and ends by itself where we do not live to kill it, and a leash is found by this very function.
 * The C locale keeps field names and decimal points as the parsers know them; UTF-8 keeps device names whole.
 */
export async function toolOutput(
  program: string,
  args: readonly string[],
  env: ProcessEnv,
  patienceMs: number = PATIENCE_MS,
): Promise<ToolOutput> {
  const text = await toolText(program, args, env, patienceMs);
  if (text.kind !== 'ended') return text;
  const { exitCode, stdout, stderr } = text;
  if (exitCode === 0) return { kind: 'printed', stdout, stderr };
  return { kind: 'failed', why: firstLine(stderr) ?? `${program} ended with ${exitCode}` };
}

/** The same for a program whose exit code says nothing: ffmpeg lists devices and ends with 0, 1, 251 or 4294967291. */
export function toolText(
  program: string,
  args: readonly string[],
  env: ProcessEnv,
  patienceMs: number = PATIENCE_MS,
): Promise<ToolText> {
  const options = {
    env: { ...childEnv(env), LC_ALL: 'C.UTF-8' },
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    try {
      execFile(program, args, options, (error: ErrnoException | null, stdout, stderr) => {
        if (error === null) resolve({ kind: 'ended', exitCode: 0, stdout, stderr });
        else if (typeof error.code === 'number')
          resolve({ kind: 'ended', exitCode: error.code, stdout, stderr });
        else if (error.code === 'ENOENT') resolve({ kind: 'not-installed' });
        else resolve({ kind: 'failed', why: firstLine(stderr) ?? error.message });
      });
    } catch (error) {
      // Some reasons are thrown and not told, such as ETXTBSY for a program that is being replaced.
      resolve({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  });
}

function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
}
