import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';
import type { Bridge, Request } from '../../contract/bridge/bridge.ts';
import type { CallName } from '../../contract/bridge/names.ts';
import { fail } from '../../contract/result.ts';
import { answered, asked, reachable, received, unreachable } from './changes.ts';
import type { CallUnderWay, Face } from './face.ts';
import { NEW_FACE } from './face.ts';
import { watchSilence } from './silence.ts';

export type Ask = <N extends CallName>(name: N, request: Request<N>) => Promise<void>;

/** The one store, fed by the bridge, and the one way to ask main for something. */
export type ConnectedFace = { readonly store: StoreApi<Face>; readonly ask: Ask };

export function connectFace(bridge: Bridge, nowMs: () => number): ConnectedFace {
  const store = createStore<Face>(() => NEW_FACE);
  let nextId = 0;

  const ask: Ask = async (name, request) => {
    const id = nextId;
    nextId += 1;
    // The pair of name and request is one of the union, which the compiler cannot see through `N`.
    store.setState((face) => asked(face, { id, name, request } as unknown as CallUnderWay));
    const result = await bridge
      .call(name, request)
      .catch((cause: unknown) => fail('internal', `${name}: ${String(cause)}`));
    store.setState((face) => answered(face, id, result, nowMs()));
  };

  bridge.onConnection((connected) => store.setState(connected ? reachable : unreachable));
  bridge.onSnapshot((snapshot) => store.setState((face) => received(face, snapshot, nowMs())));
  watchSilence(store, bridge, nowMs);
  return { store, ask };
}
