import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Result } from '../../contract/result.ts';
import type { CallUnderWay, Face } from './face.ts';

/** Replies and broadcasts overtake each other: an older snapshot of the same main changes nothing. */
export function received(face: Face, snapshot: Snapshot, nowMs: number): Face {
  if (face.snapshot !== null && snapshot.revision < face.snapshot.revision) return face;
  const moved = face.snapshot?.session.state !== snapshot.session.state;
  return {
    ...face,
    connection: 'connected',
    snapshot,
    arrivedAtMs: nowMs,
    refused: moved ? null : face.refused,
  };
}

/** Forgets the snapshot together with the connection, so that nothing can show a stale light. */
export function unreachable(face: Face): Face {
  return { ...face, connection: 'lost', snapshot: null, calls: [], refused: null };
}

export function reachable(face: Face): Face {
  return face.connection === 'connected' ? face : { ...face, connection: 'connected' };
}

export function asked(face: Face, call: CallUnderWay): Face {
  return { ...face, calls: [...face.calls, call], refused: null };
}

/** The answer to a call. One that was forgotten with its connection is not shown any more. */
export function answered(face: Face, id: number, result: Result<Snapshot>, nowMs: number): Face {
  if (!face.calls.some((call) => call.id === id)) return face;
  const settled = { ...face, calls: face.calls.filter((call) => call.id !== id) };
  return result.ok ? received(settled, result.value, nowMs) : { ...settled, refused: result.error };
}
