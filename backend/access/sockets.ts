import { faultOf, type Log } from '../log.ts';
import type { Store } from '../store/store.ts';

/** The open WebSockets by the key that opened them, so that they end with it. */
export type Sockets = {
  /** Answers how to forget it. */
  add(keyId: string, end: () => void): () => void;
  endOf(keyId: string): void;
  /** Ends those whose key is gone by now: it may have been revoked by another process. */
  check(store: Store, nowMs: number): Promise<void>;
};

/** How often keys that hold a socket open are looked up again, in milliseconds. */
const KEY_CHECK_MS = 1000;

export function newSockets(): Sockets {
  const open = new Map<string, Set<() => void>>();
  const endOf = (keyId: string) => {
    const ends = open.get(keyId);
    open.delete(keyId);
    for (const end of ends ?? []) end();
  };
  return {
    add(keyId, end) {
      const ends = open.get(keyId) ?? new Set();
      open.set(keyId, ends.add(end));
      return () => {
        ends.delete(end);
        if (ends.size === 0 && open.get(keyId) === ends) open.delete(keyId);
      };
    },
    endOf,
    async check(store, nowMs) {
      for (const id of await store.deadKeys([...open.keys()], Math.floor(nowMs / 1000))) endOf(id);
    },
  };
}

/** Checks them again and again, one look at a time where the store is slow. Answers how to end it. */
export function keepCheckingKeys({
  sockets,
  store,
  clock,
  log,
}: {
  readonly sockets: Sockets;
  readonly store: Store;
  readonly clock: () => number;
  readonly log: Log;
}): () => Promise<void> {
  let checking: Promise<void> | undefined;
  const timer = setInterval(() => {
    checking ??= sockets
      .check(store, clock())
      .catch((error) => log(faultOf(error, clock())))
      .finally(() => {
        checking = undefined;
      });
  }, KEY_CHECK_MS);
  return async () => {
    clearInterval(timer);
    await checking;
  };
}
