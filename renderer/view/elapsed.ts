import type { Face } from '../store/face.ts';

/** Jitter of delivery; a snapshot that is further behind is believed. */
const JITTER_MS = 1500;

/** Time goes on between two snapshots only while the last one said that something is live. */
export function isTicking({ snapshot }: Face): boolean {
  const state = snapshot?.session.state;
  return snapshot?.lamp === 'live' && (state === 'starting' || state === 'recording');
}

export function elapsedMs(face: Face, nowMs: number): number {
  if (face.snapshot === null) return 0;
  const since = isTicking(face) ? Math.max(0, nowMs - face.arrivedAtMs) : 0;
  return face.snapshot.session.activeMs + since;
}

/** A clock that does not flicker back by a second because a snapshot was a few milliseconds on its way. */
export function steady(shownMs: number, nextMs: number): number {
  return nextMs < shownMs && shownMs - nextMs < JITTER_MS ? shownMs : nextMs;
}
