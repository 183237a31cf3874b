import type { GapReason } from '../../contract/bridge/snapshot.ts';
import { WAITED_FOR } from './restart-schedule.ts';

/** Why something that was to be recorded was not: what went wrong, or what asked for another take. */
export type Interruption = GapReason;

/** A part of the session clock, in milliseconds, that was to be recorded and was not. */
export type Gap = { readonly fromMs: number; readonly toMs: number; readonly reason: Interruption };

/** Knows up to where one channel is recorded, and tells what is missing when that is known. */
export type GapLedger = {
  /** Recording is to begin at `atMs`; what is missing until something comes is no gap by itself. */
  readonly begin: (atMs: number) => void;
  /**
   * What comes next is missing because of this. A later cause does not replace an earlier one, unless that was no more
   * than that the device failed, and now it is known to be absent or locked.
   */
  readonly broken: (by: Interruption) => void;
  /** The cause was another than it seemed; nothing where there is none. */
  readonly rename: (by: Interruption) => void;
  /** Media from `startedAtMs` on; ends the gap. */
  readonly recorded: (startedAtMs: number, durationMs: number) => void;
  /** Nothing more is to come; ends the gap at `toMs`. */
  readonly end: (toMs: number) => void;
};

/** What it looks like until the device is looked for. */
const SEEMING: ReadonlySet<Interruption> = new Set(['device-failed', 'device-moved']);

/** `cutOffAtMs`: where an earlier run of this recording ended; what is missing from there on is a gap. */
export function gapLedger(onGap: (gap: Gap) => void, cutOffAtMs?: number): GapLedger {
  let earlierMs = cutOffAtMs;
  let recordedToMs = 0;
  let brokenBy: Interruption | undefined;

  function end(toMs: number): void {
    if (brokenBy !== undefined && toMs > recordedToMs)
      onGap({ fromMs: recordedToMs, toMs, reason: brokenBy });
    brokenBy = undefined;
  }
  return {
    begin: (atMs) => {
      recordedToMs = earlierMs ?? atMs;
      if (earlierMs !== undefined) brokenBy = 'cut-off';
      earlierMs = undefined;
    },
    broken: (by) => {
      if (brokenBy === undefined || (SEEMING.has(brokenBy) && WAITED_FOR.has(by))) brokenBy = by;
    },
    rename: (by) => {
      if (brokenBy !== undefined) brokenBy = by;
    },
    recorded: (startedAtMs, durationMs) => {
      end(startedAtMs);
      recordedToMs = startedAtMs + durationMs;
    },
    end,
  };
}
