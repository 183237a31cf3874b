import type { Snapshot } from '../../contract/bridge/snapshot.ts';

/** From here on the time that is left is worth knowing: long enough to come to an end. */
export const TOLD_MINUTES = 5;
const MINUTE_MS = 60_000;

/** When a recording that is under way ends by itself (Unix time, ms), pauses included; null: never, or it has ended. */
export function endsAtMs({ session, terms }: Snapshot): number | null {
  const { state, startedAt } = session;
  const goesOn = state === 'starting' || state === 'recording' || state === 'paused';
  const minutes = terms?.maxSessionMinutes ?? null;
  return goesOn && startedAt !== null && minutes !== null
    ? Date.parse(startedAt) + minutes * MINUTE_MS
    : null;
}

/** Milliseconds until then; null while there are more than five minutes, or no such end. */
export function leftMs(snapshot: Snapshot, nowMs: number): number | null {
  const endsAt = endsAtMs(snapshot);
  if (endsAt === null || endsAt - nowMs > TOLD_MINUTES * MINUTE_MS) return null;
  return Math.max(0, endsAt - nowMs);
}
