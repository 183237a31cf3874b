/** Delays before the first, second … restart within a minute, in milliseconds. */
export const RESTART_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000] as const;

/** Restarts further back than this no longer count. */
export const RESTART_WINDOW_MS = 60_000;

/**
 * How long to wait before a dead take is followed by a new one, given when earlier restarts were decided;
 * undefined: five within a minute did not help, the channel is lost.
 */
export function restartDelayMs(earlierMs: readonly number[], nowMs: number): number | undefined {
  const recent = earlierMs.filter((atMs) => nowMs - atMs < RESTART_WINDOW_MS);
  return RESTART_DELAYS_MS[recent.length];
}
