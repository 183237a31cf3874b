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

/**
 * Runs a program that prints something and ends, e.g. `pactl list sources`. It is killed after 5 s.
 * The C locale keeps field names and decimal points as the parsers know them; UTF-8 keeps device names whole.
 */
export function toolOutput(
  program: string,
  args: readonly string[],
  env: ProcessEnv,
  patienceMs: number = PATIENCE_MS,
): Promise<ToolOutput> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        env: { ...childEnv(env), LC_ALL: 'C.UTF-8' },
        timeout: patienceMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
      },
      (error: ErrnoException | null, stdout, stderr) => {
        if (error === null) resolve({ kind: 'printed', stdout, stderr });
        else if (error.code === 'ENOENT') resolve({ kind: 'not-installed' });
        else resolve({ kind: 'failed', why: firstLine(stderr) ?? error.message });
      },
    );
  });
}

function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
}
