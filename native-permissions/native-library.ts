import { createRequire } from 'node:module';

export type Koffi = typeof import('koffi');

let koffi: Koffi | undefined;
let problem: string | undefined;

/**
 * koffi, an optional dependency, which calls functions of the system's own libraries. Nothing may rest on it alone:
 * it is absent where it was not installed or has no binary for this machine, and whoever asks has another way.
 */
export function loadKoffi(): Koffi | undefined {
  if (koffi !== undefined || problem !== undefined) return koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    problem = firstLineOf(error);
  }
  return koffi;
}

/** Why there is no koffi, for diagnostics; undefined where it was loaded or nobody has asked for it yet. */
export function koffiProblem(): string | undefined {
  return problem;
}

/** What a native call said when it failed, short enough for a sentence. */
export function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.trim() ?? '';
}
