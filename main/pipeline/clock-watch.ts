import type { ClockReading } from './clock.ts';
import { readClocks } from './clock.ts';

/** What happened to the clocks between two looks. */
export type ClockJump = {
  /** `stepped`: the wall clock was set, or the machine slept where the monotonic clock sleeps too (Linux). */
  readonly kind: 'stepped' | 'stood-still';
  /** By how much, in milliseconds; negative where the wall clock was set back. */
  readonly stepMs: number;
};

/** Between two looks, in milliseconds. */
export const CLOCK_LOOK_MS = 1_000;

/** More than this and the wall clock did not merely run a little fast: NTP slews by 0.5 ms a second. */
export const CLOCK_STEP_MS = 1_000;

/**
 * No look for so long means that the machine slept or this process was stopped: on macOS and Windows the
 * monotonic clock goes on meanwhile (believed, not measured). A take survives no 5 s without being read.
 */
export const STOOD_STILL_MS = 10_000;

/** What lies between two readings, or undefined where time simply went by. */
export function jumpBetween(before: ClockReading, after: ClockReading): ClockJump | undefined {
  const monotonicMs = after.monotonicMs - before.monotonicMs;
  const stepMs = after.wallMs - before.wallMs - monotonicMs;
  if (Math.abs(stepMs) > CLOCK_STEP_MS) return { kind: 'stepped', stepMs };
  if (monotonicMs > STOOD_STILL_MS) return { kind: 'stood-still', stepMs: monotonicMs };
  return undefined;
}

type ClockWatchParts = {
  readonly read?: () => ClockReading;
  /** Runs something again and again; returns how to end it. */
  readonly every?: (delayMs: number, run: () => void) => () => void;
};

/** Looks at both clocks every second and tells of each jump. Returns how to end it. */
export function watchClock(
  onJump: (jump: ClockJump) => void,
  { read = readClocks, every = onTimer }: ClockWatchParts = {},
): () => void {
  let last = read();
  return every(CLOCK_LOOK_MS, () => {
    const now = read();
    const jump = jumpBetween(last, now);
    last = now;
    if (jump !== undefined) onJump(jump);
  });
}

function onTimer(delayMs: number, run: () => void): () => void {
  const timer = setInterval(run, delayMs);
  timer.unref();
  return () => clearInterval(timer);
}
