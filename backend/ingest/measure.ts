import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import { boxesIn, timescaleOf, timingOf } from '../../contract/mp4.ts';
import type { Measured } from '../store/records.ts';
import type { Arrival } from './arrival.ts';

/**
 * What a stored stream holds once this arrives, measured in its bytes.
 * Undefined: it cannot be laid out later, and is refused now, while the recorder still has its copy.
 */
export function measure(before: Measured, arrival: Arrival): Measured | undefined {
  try {
    return arrival.place.sequence === INIT_SEQUENCE
      ? withTake(before, arrival.bytes)
      : withFragment(before, arrival);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function withTake({ mediaMs }: Measured, init: Uint8Array): Measured | undefined {
  const timescale = timescaleOf(init) ?? 0;
  return timescale > 0 ? { timescale, mediaMs } : undefined;
}

function withFragment(before: Measured, { bytes, durationMs }: Arrival): Measured | undefined {
  const timing = isOneRun(bytes) ? timingOf(bytes) : undefined;
  if (timing === undefined) return undefined;
  const ms = before.timescale === null ? durationMs : (timing.durationTicks / before.timescale) * 1000;
  return { ...before, mediaMs: before.mediaMs + ms };
}

/** One moof with one traf, as a recorder makes them: what a second one brings would be measured nowhere. */
function isOneRun(bytes: Uint8Array): boolean {
  const [moof, ...more] = boxesIn(bytes).filter((box) => box.type === 'moof');
  if (moof === undefined || more.length > 0) return false;
  const inside = boxesIn(bytes, moof.offset + moof.headerBytes, moof.offset + moof.size);
  return inside.filter((box) => box.type === 'traf').length === 1;
}
