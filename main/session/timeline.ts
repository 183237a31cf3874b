/**
 * The recording's own time: the session clock without the spans in which nothing was captured. A span begins with
 * the first sample of any channel, not with a click, and ends with the last one, so what the person sees, what the
 * files last and what was captured are the same. All times in milliseconds on the session clock.
 */
export type Timeline = {
  /** Devices are being opened, at the start or after a pause. */
  readonly open: () => void;
  /** A take's first sample lies at `startMs`. */
  readonly took: (startMs: number) => void;
  /** How much of the session clock is not recording up to here; settled by the first media fragment after open(). */
  readonly pausedBeforeMs: () => number;
  /** Media was captured up to `endMs`. */
  readonly reached: (endMs: number) => void;
  /** Recorded time: running while `live`, otherwise what the media reached. */
  readonly activeMs: (nowMs: number, live: boolean) => number;
};

/** `before`: recorded time of an earlier run of the same recording. */
export function timeline(before = 0): Timeline {
  let starts: number[] = [];
  let startMs: number | undefined;
  let endMs = 0;

  function lengthMs(): number {
    return startMs === undefined ? 0 : Math.max(0, endMs - startMs);
  }
  return {
    open: () => {
      before += lengthMs();
      startMs = undefined;
      starts = [];
    },
    took: (takeStartMs) => {
      starts.push(takeStartMs);
    },
    pausedBeforeMs: () => {
      // Fragments last a second: when the first one is whole, every device that opened has said when.
      startMs ??= starts.length === 0 ? undefined : Math.min(...starts);
      if (startMs === undefined) return 0;
      endMs = Math.max(endMs, startMs);
      return Math.max(0, startMs - before);
    },
    reached: (mediaEndMs) => {
      endMs = Math.max(endMs, mediaEndMs);
    },
    activeMs: (nowMs, live) => {
      if (startMs === undefined) return before;
      return before + (live ? Math.max(lengthMs(), nowMs - startMs) : lengthMs());
    },
  };
}
