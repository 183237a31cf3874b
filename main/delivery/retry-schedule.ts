const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/**
 * Wait before attempt `attempt` (1: the first retry), in milliseconds: exponential with full jitter, as in
 * "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), so that many clients do not come back at once.
 * `random` is in [0, 1).
 */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  // At least a tenth: a wait of nothing would be a hot loop against a service that refuses at once.
  return Math.round(ceiling * (0.1 + 0.9 * random));
}
