/** Runs something after a while, in milliseconds; returns how to call it off. */
export type Later = (delayMs: number, run: () => void) => () => void;

export function afterTimeout(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
