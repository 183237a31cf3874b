import type { ClockFrame } from '../test/instruments/clock.ts';

/** One beep of a channel against the picture that was on the display when it was heard. */
export type Offset = {
  /** On the recording's timeline. */
  readonly atSeconds: number;
  /** Late is positive. */
  readonly ms: number;
};

/** The stage beeps at every even second of the wall clock, and its display tells that clock. */
const BEEP_EVERY_MS = 2000;

/** Frames this far to either side say what the display's clock was at a beep. */
const AROUND_SECONDS = 1;

/**
 * Holds each beep against the display's own clock around it, not against one zero for the whole recording: what
 * is left is how far sound and picture are apart there, whatever either does over time.
 */
export function offsetsOf(onsetsSeconds: readonly number[], frames: readonly ClockFrame[]): Offset[] {
  let from = 0;
  return onsetsSeconds.flatMap((atSeconds) => {
    while ((frames[from]?.ptsSeconds ?? Number.POSITIVE_INFINITY) < atSeconds - AROUND_SECONDS) from += 1;
    const near: number[] = [];
    for (
      let at = from;
      (frames[at]?.ptsSeconds ?? Number.POSITIVE_INFINITY) <= atSeconds + AROUND_SECONDS;
      at += 1
    ) {
      const frame = frames[at];
      if (frame !== undefined) near.push(frame.paintedAtMs - frame.ptsSeconds * 1000);
    }
    if (near.length === 0) return [];
    return [{ atSeconds, ms: fromNearestBeep(median(near) + atSeconds * 1000) }];
  });
}

/** What an hour of meeting is judged by. */
export type Summary = {
  readonly beeps: number;
  readonly medianMs: number;
  /** The one furthest from 0, with its sign. */
  readonly worstMs: number;
  /** Median of the last tenth less that of the first: how far the channels run apart over the whole. */
  readonly driftMs: number;
};

export function summaryOf(offsets: readonly Offset[]): Summary {
  const all = offsets.map(({ ms }) => ms);
  const tenth = Math.max(1, Math.floor(all.length / 10));
  return {
    beeps: all.length,
    medianMs: median(all),
    worstMs: all.reduce((worst, ms) => (Math.abs(ms) > Math.abs(worst) ? ms : worst), 0),
    driftMs: median(all.slice(-tenth)) - median(all.slice(0, tenth)),
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function fromNearestBeep(wallMs: number): number {
  const past = ((wallMs % BEEP_EVERY_MS) + BEEP_EVERY_MS) % BEEP_EVERY_MS;
  return past > BEEP_EVERY_MS / 2 ? past - BEEP_EVERY_MS : past;
}
