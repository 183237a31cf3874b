import { compareKeys, INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Place } from '../store/records.ts';

/** Whether a fragment of a stored stream is the next one: the next of its take, or the first of a later one. */
export function isNext(last: Place | null, place: Place): boolean {
  if (place.sequence === INIT_SEQUENCE) return place.take > (last?.take ?? 0);
  return last !== null && place.take === last.take && place.sequence === last.sequence + 1;
}

/** Whether a fragment of an ephemeral stream comes later than the last; the recorder may drop some between. */
export function isLater(last: Place | undefined, place: Place): boolean {
  return last === undefined || compareKeys(last, place) < 0;
}

/** The place expected next in the last take seen. */
export function nextAfter(last: Place | null): Place {
  return last === null
    ? { take: 1, sequence: INIT_SEQUENCE }
    : { take: last.take, sequence: last.sequence + 1 };
}

export function spoken({ take, sequence }: Place): string {
  return `${take}/${sequence}`;
}
