/** Time as sending knows it: milliseconds of which only differences count, and a way to be called later. */
export type SendClock = {
  readonly nowMs: () => number;
  /** Returns how to forget it. */
  readonly after: (ms: number, call: () => void) => () => void;
};

export const SYSTEM_CLOCK: SendClock = {
  nowMs: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
