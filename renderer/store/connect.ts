import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';
import type { Bridge, Request, Response } from '../../contract/bridge/bridge.ts';
import type { ActName, QueryName } from '../../contract/bridge/names.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, type Result } from '../../contract/result.ts';
import { answered, asked, reachable, received, unreachable } from './changes.ts';
import type { CallUnderWay, Face } from './face.ts';
import { NEW_FACE } from './face.ts';
import { watchSilence } from './silence.ts';

export type Ask = <N extends ActName>(name: N, request: Request<N>) => Promise<void>;

/** What is not in the snapshot, for whoever asks. */
export type Query = <N extends QueryName>(name: N, request: Request<N>) => Promise<Result<Response<N>>>;

/** The one store, fed by the bridge, and the ways to ask main for something. */
export type ConnectedFace = { readonly store: StoreApi<Face>; readonly ask: Ask; readonly query: Query };

export function connectFace(bridge: Bridge, nowMs: () => number): ConnectedFace {
  const store = createStore<Face>(() => NEW_FACE);
  let nextId = 0;

  /** A bridge that breaks is an answer, too. */
  function answerOf<N extends ActName | QueryName>(
    name: N,
    request: Request<N>,
  ): Promise<Result<Response<N>>> {
    return bridge
      .call(name, request)
      .catch((cause: unknown) => fail('internal', `${name}: ${String(cause)}`));
  }

  const ask: Ask = async (name, request) => {
    const id = nextId;
    nextId += 1;
    // The pair of name and request is one of the union, which the compiler cannot see through `N`.
    store.setState((face) => asked(face, { id, name, request } as unknown as CallUnderWay));
    const result = (await answerOf(name, request)) as Result<Snapshot>;
    store.setState((face) => answered(face, id, result, nowMs()));
  };

  bridge.onConnection((connected) => store.setState(connected ? reachable : unreachable));
  bridge.onSnapshot((snapshot) => store.setState((face) => received(face, snapshot, nowMs())));
  watchSilence(store, bridge, nowMs);
  return { store, ask, query: answerOf };
}
