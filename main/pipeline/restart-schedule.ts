import type { ErrorCode } from '../../contract/errors.ts';

/** Delays before the first, second … restart within a minute, in milliseconds. */
export const RESTART_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000] as const;

/** Restarts further back than this no longer count. */
export const RESTART_WINDOW_MS = 60_000;

/** Between two looks for a device that is gone, or for the default that is followed, in milliseconds. */
export const LOOK_MS = 750;

/** For the system to settle after a device went away: the next default, the monitors' new places. */
export const SETTLE_MS = RESTART_DELAYS_MS[0];

/**
 * How long to wait before a dead take is followed by a new one, given when earlier restarts were decided;
 * undefined: five within a minute did not help, the channel is lost.
 */
export function restartDelayMs(earlierMs: readonly number[], nowMs: number): number | undefined {
  const recent = earlierMs.filter((atMs) => nowMs - atMs < RESTART_WINDOW_MS);
  return RESTART_DELAYS_MS[recent.length];
}

const ABSENCES: ReadonlySet<ErrorCode> = new Set([
  'device-gone',
  'sound-server-missing',
  'display-server-missing',
]);

/** Whether there is nothing to try at: such a device is waited for, and waiting uses up no restart. */
export function isAbsence({ code }: { readonly code: ErrorCode }): boolean {
  return ABSENCES.has(code);
}
