/**
 * A cap on bytes. Who comes while there is anything in it takes what it needs at once, and what is owed then has to flow in
 * before the next one: no fragment is too large for it, and over any time no more than rate × time, the burst and one
 * fragment is taken.
 */
export type TokenBucket = {
  /** How long until something may be taken; 0: now. */
  readonly waitMs: (nowMs: number) => number;
  readonly take: (bytes: number, nowMs: number) => void;
  /** How long this many bytes take at its rate. */
  readonly msFor: (bytes: number) => number;
};

/** Holds at most what flows in within this time. */
const BURST_MS = 1000;

export function tokenBucket(kbitPerSecond: number, sinceMs: number): TokenBucket {
  const bytesPerMs = kbitPerSecond / 8;
  const burst = bytesPerMs * BURST_MS;
  let level = burst;
  let atMs = sinceMs;

  function fill(nowMs: number): void {
    level = Math.min(burst, level + Math.max(0, nowMs - atMs) * bytesPerMs);
    atMs = Math.max(atMs, nowMs);
  }
  return {
    waitMs: (nowMs) => {
      fill(nowMs);
      return level > 0 ? 0 : Math.max(1, Math.ceil(-level / bytesPerMs));
    },
    take: (bytes, nowMs) => {
      fill(nowMs);
      level -= bytes;
    },
    msFor: (bytes) => bytes / bytesPerMs,
  };
}
