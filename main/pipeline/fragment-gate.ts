import type { Fragment } from '../../contract/fragment.ts';
import type { Result } from '../../contract/result.ts';
import type { Segment } from './splitter.ts';

export type Stamp = (segment: Segment) => Result<Fragment>;

/** What has arrived of a take and waits to be handed over. */
export type FragmentGate = {
  /** `arrivedMs` by `performance.now()`. */
  readonly push: (segment: Segment, arrivedMs: number) => void;
  /** The time of the first sample is known. Only the first call counts. */
  readonly begin: (stamp: () => Stamp) => void;
  /** What arrived up to then is of the agreed device. */
  readonly clear: (untilMs: number) => void;
  /** Whether media waits. */
  readonly isHolding: () => boolean;
};

/**
 * Lets fragments pass in order, once their place in time is known and while it is sure what they are of.
 * Bytes and lines come over two pipes, so the time of the first sample may arrive after the first bytes.
 * What still waits when a take ends is dropped: it may be of a device nobody agreed to.
 */
export function createFragmentGate(
  isInDoubt: () => boolean,
  pass: (fragment: Result<Fragment>) => void,
): FragmentGate {
  const waiting: { readonly segment: Segment; readonly arrivedMs: number }[] = [];
  let clearedToMs = Number.NEGATIVE_INFINITY;
  let stamp: Stamp | undefined;

  function open(): void {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (stamp === undefined || (isInDoubt() && next.arrivedMs > clearedToMs)) return;
      waiting.shift();
      pass(stamp(next.segment));
    }
  }

  return {
    push: (segment, arrivedMs) => {
      waiting.push({ segment, arrivedMs });
      open();
    },
    begin: (create) => {
      if (stamp !== undefined) return;
      stamp = create();
      open();
    },
    clear: (untilMs) => {
      clearedToMs = untilMs;
      open();
    },
    isHolding: () => waiting.some(({ segment }) => segment.kind !== 'init'),
  };
}
