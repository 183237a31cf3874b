import type { Fragment } from '../../contract/fragment.ts';

/** Bounds of what a live-only channel may hold in memory while the service does not keep up. */
export type RingBounds = { readonly maxMs: number; readonly maxBytes: number };
export const RING_BOUNDS: RingBounds = { maxMs: 10_000, maxBytes: 16 * 1024 * 1024 };

/** Fragments waiting to be passed on, in memory only. What does not fit is dropped, oldest first, and counted. */
export type LiveRing = {
  readonly push: (fragment: Fragment) => void;
  readonly first: () => Fragment | undefined;
  /** The fragment was passed on, even where it was dropped while it was on its way. */
  readonly passed: (fragment: Fragment) => void;
  /** The service will not take the fragment: dropped, if it was not already. */
  readonly refused: (fragment: Fragment) => void;
  readonly dropped: () => number;
  /** Drops everything that still waits. */
  readonly clear: () => void;
};

export function liveRing(bounds: RingBounds = RING_BOUNDS): LiveRing {
  let waiting: Fragment[] = [];
  let dropped = 0;

  function total(measure: (fragment: Fragment) => number): number {
    return waiting.reduce((sum, fragment) => sum + measure(fragment), 0);
  }
  /** Whether it was still waiting. */
  function remove(fragment: Fragment): boolean {
    const before = waiting.length;
    waiting = waiting.filter((candidate) => candidate !== fragment);
    return waiting.length < before;
  }
  return {
    push: (fragment) => {
      waiting.push(fragment);
      while (
        total(({ header }) => header.durationMs) > bounds.maxMs ||
        total(({ header }) => header.bytes) > bounds.maxBytes
      ) {
        // Init segments stay: without them nothing that follows in their take can be read.
        const oldest = waiting.findIndex(({ header }) => header.sequence > 0);
        if (oldest === -1) break;
        waiting.splice(oldest, 1);
        dropped += 1;
      }
    },
    first: () => waiting[0],
    passed: (fragment) => {
      if (!remove(fragment)) dropped -= 1;
    },
    refused: (fragment) => {
      if (remove(fragment)) dropped += 1;
    },
    dropped: () => dropped,
    clear: () => {
      dropped += waiting.length;
      waiting = [];
    },
  };
}
