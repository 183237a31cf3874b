import { placedAt, timescaleOf, timingOf } from './mp4.ts';

/** What the timeline needs to know of a stored fragment, in order of take and sequence. */
export type TimelineFragment = {
  readonly take: number;
  readonly sequence: number;
  readonly startedAtMs: number;
  readonly pausedBeforeMs: number;
  readonly bytes: Uint8Array;
};

/**
 * Lays the takes of one channel end to end on the recording's timeline, which is the session clock without
 * its pauses, so that the files of all channels line up with each other. Yields the init segment, then every
 * media fragment with its time rewritten; media itself is not touched.
 *
 * A take whose init segment differs from the first one's (another resolution, another codec) cannot follow in
 * the same file: it throws RangeError naming the take.
 */
export function* laidOut(fragments: Iterable<TimelineFragment>): Generator<Uint8Array> {
  let init: Uint8Array | undefined;
  let timescale = 0;
  let written = 0;
  // Ticks; a take may not begin before the one before it ended, whatever its clock says.
  let reached = 0;
  let take = 0;
  let takeOffset = 0;
  for (const fragment of fragments) {
    if (fragment.sequence === 0) {
      if (init === undefined) {
        init = fragment.bytes;
        timescale = timescaleOf(init) ?? 0;
        if (timescale === 0) throw new RangeError('the init segment has no timescale');
        yield init;
      } else if (!sameBytes(init, fragment.bytes)) {
        throw new RangeError(`take ${fragment.take} has another format than the takes before it`);
      }
      continue;
    }
    const timing = timingOf(fragment.bytes);
    if (init === undefined || timing === undefined)
      throw new RangeError(`fragment ${fragment.take}/${fragment.sequence} has no init segment or no timing`);
    if (fragment.take !== take) {
      take = fragment.take;
      const placeMs = Math.max(0, fragment.startedAtMs - fragment.pausedBeforeMs);
      takeOffset = Math.max(Math.round((placeMs / 1000) * timescale), reached) - timing.startTicks;
    }
    const start = timing.startTicks + takeOffset;
    reached = start + timing.durationTicks;
    yield placedAt(fragment.bytes, start, ++written);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
