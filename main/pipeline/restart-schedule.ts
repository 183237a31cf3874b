import type { ErrorCode } from '../../contract/errors.ts';

/** Delays before the first, second … restart within a minute, in milliseconds. */
export const RESTART_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000] as const;

/** Restarts further back than this no longer count. */
export const RESTART_WINDOW_MS = 60_000;

/** Between two looks for a device that is gone, or for the default that is followed, in milliseconds. */
export const LOOK_MS = 750;

/** Between two looks for which ffmpeg has to be started, which takes up to a second of a processor. */
export const LISTING_LOOK_MS = 3_000;

/** Between two tries at a display that is locked: each starts an ffmpeg, and a screen may be locked for hours. */
export const LOCKED_LOOK_MS = 1_500;

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
  'device-moved',
  'sound-server-missing',
  'display-server-missing',
]);

/** Why a channel may be away for as long as the session lasts without being lost. */
export const WAITED_FOR: ReadonlySet<string> = new Set<ErrorCode>([...ABSENCES, 'display-locked']);

type Coded = { readonly code: ErrorCode };

/**
 * Whether nothing seems to be there: such a device is looked for, and looking uses up no restart. Where it is found where
 * it was, it was not absent, and opening it has failed.
 */
export function isAbsence({ code }: Coded): boolean {
  return ABSENCES.has(code);
}

/** Whether the device is there, and will let itself be opened again without anything being changed. */
export function isPassing({ code }: Coded): boolean {
  return code === 'display-locked';
}
