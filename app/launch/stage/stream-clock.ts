/** Where a playback stream is on the wall clock, from what `pacat --verbose` says of it. */
export type StreamClock = {
  /** Takes a piece of pacat's stderr, read at `nowMs`. */
  read(text: string, nowMs: number): void;
  /** The wall-clock time at which the stream's first sample would have been heard; undefined until it plays. */
  startedAtMs(): number | undefined;
  /** Whether the last readings agree; the first ones after the start do not. */
  isSteady(): boolean;
};

/**
 * pacat writes `Time: 1.234 sec; Latency: ...` twenty times a second: the sample being heard now. Reading it
 * late makes one value too late, so the middle of the last half second counts. A stream that ran dry goes on
 * later than planned, and its start moves with it.
 */
export function streamClock(): StreamClock {
  const keep = 11;
  let starts: number[] = [];
  let rest = '';
  return {
    read(text, nowMs) {
      const pieces = `${rest}${text}`.split(/[\r\n]/);
      rest = pieces.pop() ?? '';
      const last = pieces.flatMap((piece) => /^Time: ([\d.]+) sec/.exec(piece)?.[1] ?? []).at(-1);
      const heardMs = Number(last) * 1000;
      if (heardMs > 0) starts = [...starts, nowMs - heardMs].slice(-keep);
    },
    startedAtMs() {
      return starts.toSorted((a, b) => a - b)[starts.length >> 1];
    },
    isSteady() {
      const last = starts.slice(-6);
      return last.length === 6 && Math.max(...last) - Math.min(...last) < 5;
    },
  };
}
