/**
 * Where sound stands in Unix time. Both clocks of a page begin at its `performance.timeOrigin` and never step; all times
 * are in milliseconds.
 */
export type SoundClock = {
  /** Unix time of the first sample; undefined where it cannot be told. */
  readonly place: (startMs: number, lengthMs: number, arrivedMs: number) => number | undefined;
  /** For so long that nothing more is to be expected of it, no time made sense. */
  readonly isLost: () => boolean;
};

/** Sound that comes later than this is not live, or its stamp is of another clock. */
const LATEST_MS = 5_000;
/** A stamp and an arrival are read from the same clock, up to its resolution. */
const AHEAD_MS = 5;
/** Stamps that make no sense in a row, in milliseconds of sound. */
const LOST_AFTER_MS = 1_000;

/**
 * Of AudioData. Measured in Chromium 156: its stamps are on the `performance.now()` of the worker that reads it, but for what was
 * waiting when its stream was handed to that worker, which is on the page's and so lies in the future.
 */
export function stampedClock(originWallMs: number): SoundClock {
  let strayMs = 0;
  return {
    place: (startMs, lengthMs, arrivedMs) => {
      const lateMs = arrivedMs - (startMs + lengthMs);
      if (lateMs >= -AHEAD_MS && lateMs <= LATEST_MS) {
        strayMs = 0;
        return originWallMs + startMs;
      }
      strayMs += lengthMs;
      return undefined;
    },
    isLost: () => strayMs > LOST_AFTER_MS,
  };
}

/** How long the least delay is remembered, twice. */
const WINDOW_MS = 10_000;

/**
 * Of sound that only counts its samples, as in an AudioWorklet: whatever came with the least delay of the last 10 to 20 s is
 * taken to have come without any. Early by nothing, late by that least delay; follows a device's drift.
 */
export function countedClock(originWallMs: number): SoundClock {
  let windowStartedMs: number | undefined;
  let [least, leastBefore] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    place: (startMs, lengthMs, arrivedMs) => {
      windowStartedMs ??= arrivedMs;
      if (arrivedMs - windowStartedMs > WINDOW_MS) {
        leastBefore = least;
        least = Number.POSITIVE_INFINITY;
        windowStartedMs = arrivedMs;
      }
      least = Math.min(least, arrivedMs - (startMs + lengthMs));
      return originWallMs + startMs + Math.min(least, leastBefore);
    },
    isLost: () => false,
  };
}
