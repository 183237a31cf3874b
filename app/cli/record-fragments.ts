import type { FragmentWitness } from '../../main/host.ts';
import type { Printer } from './print.ts';

/**
 * One JSON line on stderr for each fragment, with what became of it: what a crash cost can be told from them afterwards. Ids,
 * times and hashes, no media.
 */
export function tellFragments(out: Pick<Printer, 'json'>): FragmentWitness {
  return (step, header, atMs) => {
    // Of the machine (CLOCK_MONOTONIC): another process can hold its own times against it.
    const monotonicMs = Number(process.hrtime.bigint()) / 1e6;
    out.json({ event: 'fragment', step, atMs, monotonicMs, ...header }, 'stderr');
  };
}
