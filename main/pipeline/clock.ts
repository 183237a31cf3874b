/** Where a clock gets its time from; both in milliseconds. */
export type TimeSource = {
  /** Never steps, e.g. `performance.now()`. */
  readonly monotonicMs: () => number;
  /** Unix time, which may step at any moment, e.g. `Date.now()`. */
  readonly wallMs: () => number;
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

const systemTime: TimeSource = { monotonicMs: () => performance.now(), wallMs: sharpWallMs };

/** Starts a session clock at zero, now. */
export function startSessionClock(time: TimeSource = systemTime): SessionClock {
  const anchorWallMs = time.wallMs();
  const zeroMs = time.monotonicMs();
  const nowMs = () => time.monotonicMs() - zeroMs;
  return {
    anchorWallMs,
    nowMs,
    fromWallMs: (wallMs) => {
      const presentWallMs = time.wallMs();
      return nowMs() + (wallMs - presentWallMs);
    },
  };
}

/**
 * `Date.now()` at the moment it ticks: it counts whole milliseconds, which would misplace a take by up to
 * one. Spins for at most 1 ms; asked once per session and take.
 */
function sharpWallMs(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now;
}
