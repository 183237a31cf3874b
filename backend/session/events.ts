import type { LifecycleEvent } from '../../contract/wire.ts';

type Listener = (event: LifecycleEvent) => void;

/** Tells those who listen to a collection what happens to its sessions. */
export type Events = {
  tell(collectionId: string, event: LifecycleEvent): void;
  /** Answers how to stop listening. */
  listen(collectionId: string, listener: Listener): () => void;
};

export function newEvents(): Events {
  const listeners = new Map<string, Set<Listener>>();
  return {
    tell(collectionId, event) {
      for (const listener of listeners.get(collectionId) ?? []) listener(event);
    },
    listen(collectionId, listener) {
      const listening = listeners.get(collectionId) ?? new Set();
      listeners.set(collectionId, listening.add(listener));
      return () => {
        listening.delete(listener);
      };
    },
  };
}
