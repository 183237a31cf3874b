import type { FragmentHeader } from './fragment.ts';
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
 * its pauses, so that the files of all channels line up with each other. Answers the init segment, then every
 * media fragment with its time rewritten; media itself is not touched. Of the init segments of later takes nothing is left.
 *
 * A take whose init segment differs from the first one's (another resolution, another codec) cannot follow in
 * the same file: it throws RangeError naming the take (`formatsOf` tells them apart).
 */
export function newTimeline(): (fragment: TimelineFragment) => Uint8Array | undefined {
  let init: Uint8Array | undefined;
  let timescale = 0;
  let written = 0;
  // Ticks; a take may not begin before the one before it ended, whatever its clock says.
  let reached = 0;
  let take = 0;
  let takeOffset = 0;
  return (fragment) => {
    if (fragment.sequence === 0) {
      if (init !== undefined) {
        if (sameBytes(init, fragment.bytes)) return undefined;
        throw new RangeError(`take ${fragment.take} has another format than the takes before it`);
      }
      init = fragment.bytes;
      timescale = timescaleOf(init) ?? 0;
      if (timescale === 0) throw new RangeError('the init segment has no timescale');
      return init;
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
    return placedAt(fragment.bytes, start, ++written);
  };
}

/** The same for fragments that are at hand. */
export function* laidOut(fragments: Iterable<TimelineFragment>): Generator<Uint8Array> {
  const place = newTimeline();
  for (const fragment of fragments) {
    const piece = place(fragment);
    if (piece !== undefined) yield piece;
  }
}

/**
 * The takes that share one format, i.e. the same init segment, in the order in which the formats appear.
 * Takes without media are left out.
 */
export type Format = { readonly sha256: string; readonly takes: ReadonlySet<number> };

export function formatsOf(
  fragments: readonly Pick<FragmentHeader, 'take' | 'sequence' | 'sha256'>[],
): Format[] {
  const formatOfTake = new Map(fragments.flatMap((f) => (f.sequence === 0 ? [[f.take, f.sha256]] : [])));
  const formats = new Map<string, Set<number>>();
  for (const { take, sequence } of fragments) {
    const sha256 = formatOfTake.get(take);
    if (sequence === 0 || sha256 === undefined) continue;
    formats.set(sha256, (formats.get(sha256) ?? new Set()).add(take));
  }
  return [...formats].map(([sha256, takes]) => ({ sha256, takes }));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
