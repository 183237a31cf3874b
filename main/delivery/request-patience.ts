/** A request that hangs must not hold up Stop or the queue behind it. */
const FIRST_MS = 10_000;
/** The slowest line worth waiting for at first, 16 KiB/s: on it a fragment takes longer than a request may hang. */
const SLOWEST_BYTES_PER_MS = 16;
/** How much slower than that a line may turn out to be: 1 KiB/s. */
const MOST = 16;
/** Node's fetch gives up by itself when no answer has begun after 300 s: what ends a request is to be ours. */
const LONGEST_MS = 290_000;

/**
 * How long a request may take before it is given up, which also ends one on a connection that died while the machine slept.
 * It grows with every one that was given up, as it may be the line that is slow: sent again for the same time, nothing would
 * ever arrive. It falls with every answer. However large the body and however slow the line, it never passes `LONGEST_MS`.
 */
export type RequestPatience = {
  readonly msFor: (bytes: number) => number;
  readonly gaveUp: () => void;
  /** After so long, of what was allowed. */
  readonly answered: (tookMs: number, allowedMs: number) => void;
};

export function requestPatience(): RequestPatience {
  let factor = 1;
  return {
    msFor: (bytes) => Math.min(LONGEST_MS, FIRST_MS + Math.ceil((bytes / SLOWEST_BYTES_PER_MS) * factor)),
    gaveUp: () => {
      factor = Math.min(MOST, factor * 2);
    },
    answered: (tookMs, allowedMs) => {
      if (tookMs < allowedMs / 4) factor = Math.max(1, factor / 2);
    },
  };
}
