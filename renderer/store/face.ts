import type { Request } from '../../contract/bridge/bridge.ts';
import type { CallName } from '../../contract/bridge/names.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { TallylightError } from '../../contract/result.ts';

/** `seeking` until main answered for the first time; `lost` when it does not answer (any more). */
export type Connection = 'seeking' | 'connected' | 'lost';

/** A call that main has not answered yet: what the person has just asked for. */
export type CallUnderWay = {
  readonly [N in CallName]: { readonly id: number; readonly name: N; readonly request: Request<N> };
}[CallName];

/** Everything the face knows. Whether something is live is in the snapshot or nowhere. */
export type Face = {
  readonly connection: Connection;
  readonly snapshot: Snapshot | null;
  /** `performance.now()` when the snapshot arrived; time is counted on from here while the lamp is live. */
  readonly arrivedAtMs: number;
  readonly calls: readonly CallUnderWay[];
  /** Why main did not do the last thing that was asked of it. */
  readonly refused: TallylightError | null;
};

export const NEW_FACE: Face = {
  connection: 'seeking',
  snapshot: null,
  arrivedAtMs: 0,
  calls: [],
  refused: null,
};
