import { LONGEST_WAIT_MS } from '../lookout.ts';

const FIRST_MS = 10_000;
/** How long a letter is tried for. */
export const TRIED_FOR_MS = 24 * 3600_000;

/**
 * How long to wait after that many failed attempts, in milliseconds: twice as long each time, from 5 to 10 s up to half an
 * hour to an hour. Half of it is chance (`random`, from 0 to 1), so that what failed together does not come back together.
 */
export function waitAfter(attempts: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_MS * 2 ** (attempts - 1));
  return Math.round(longest / 2 + (longest / 2) * random);
}
