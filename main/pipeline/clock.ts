/** Where a clock gets its time from; both in milliseconds. */
export type TimeSource = {
  /** Never steps, e.g. `performance.now()`. */
  readonly monotonicMs: () => number;
  /** What to add to it for Unix time, at present: the wall clock may be set at any moment. */
  readonly wallOffsetMs: () => number;
};

/** The time of one session: monotonic, 0 at its start, with one wall-clock anchor. */
export type SessionClock = {
  /** Unix time in milliseconds of the clock's zero. */
  readonly anchorWallMs: number;
  /** Milliseconds since the session started. */
  readonly nowMs: () => number;
  /** Places a wall time that a device has just stamped; right even where the wall clock was set meanwhile. */
  readonly fromWallMs: (wallMs: number) => number;
};

/** Both clocks at one moment, in milliseconds; good to a few of them. */
export type ClockReading = { readonly monotonicMs: number; readonly wallMs: number };

export function readClocks(): ClockReading {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

const systemTime: TimeSource = { monotonicMs: () => performance.now(), wallOffsetMs };

/** Starts a session clock at zero, now. */
export function startSessionClock(time: TimeSource = systemTime): SessionClock {
  const offsetMs = time.wallOffsetMs();
  return clockFrom(time.monotonicMs(), offsetMs, time);
}

/** The session clock of a process that is gone, as the wall clock tells it: good as long as that was not set meanwhile. */
export function continueSessionClock(anchorWallMs: number, time: TimeSource = systemTime): SessionClock {
  const offsetMs = time.wallOffsetMs();
  return clockFrom(anchorWallMs - offsetMs, offsetMs, time);
}

function clockFrom(zeroMs: number, offsetMs: number, time: TimeSource): SessionClock {
  return {
    anchorWallMs: zeroMs + offsetMs,
    nowMs: () => time.monotonicMs() - zeroMs,
    fromWallMs: (wallMs) => wallMs - time.wallOffsetMs() - zeroMs,
  };
}

/** A little more than the step of `Date.now()`. */
const READING_MS = 1.1;

/**
 * `Date.now()` counts whole milliseconds, which alone would misplace a take by up to one. It is never ahead of
 * the truth, and an interruption between the two readings only makes their difference smaller: the largest
 * difference over one step is the true one. Spins for 1.1 ms; asked once per session and take.
 */
function wallOffsetMs(): number {
  const startedMs = performance.now();
  let offsetMs = Number.NEGATIVE_INFINITY;
  for (let nowMs = startedMs; nowMs - startedMs < READING_MS; ) {
    const wallMs = Date.now();
    nowMs = performance.now();
    offsetMs = Math.max(offsetMs, wallMs - nowMs);
  }
  return offsetMs;
}
