const FIRST_MS = 250;
/** Main runs on the same machine: a few seconds is as long as a person looks at a window before they doubt it. */
const LONGEST_MS = 4000;

/** How long to wait before attempt number `attempt` (the first is 0) to reach main again. */
export function backoffMs(attempt: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}
