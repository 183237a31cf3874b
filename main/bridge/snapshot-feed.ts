import type { Snapshot } from '../../contract/bridge/snapshot.ts';

/** Ten times a second is what meters need; a state that changes is told within that. */
const INTERVAL_MS = 100;

/** Sends whole snapshots to whoever listens, as often as something changed but no oftener than meters need. */
export type SnapshotFeed = {
  readonly changed: () => void;
  readonly latest: () => Snapshot;
  readonly subscribe: (listener: (snapshot: Snapshot) => void) => () => void;
  readonly close: () => void;
};

export function snapshotFeed(make: (revision: number) => Snapshot): SnapshotFeed {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let revision = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;

  function latest(): Snapshot {
    revision += 1;
    return make(revision);
  }
  function send(): void {
    timer = undefined;
    lastAt = performance.now();
    const snapshot = latest();
    for (const listener of [...listeners]) listener(snapshot);
  }
  return {
    changed: () => {
      if (timer !== undefined || listeners.size === 0) return;
      timer = setTimeout(send, Math.max(0, lastAt + INTERVAL_MS - performance.now()));
    },
    latest,
    subscribe: (listener) => {
      listeners.add(listener);
      listener(latest());
      return () => listeners.delete(listener);
    },
    close: () => {
      clearTimeout(timer);
      if (timer !== undefined) send();
      listeners.clear();
    },
  };
}
