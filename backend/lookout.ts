import { faultOf, type Log } from './log.ts';

/** Nothing waits longer than that for its next attempt, in milliseconds. */
export const LONGEST_WAIT_MS = 3600_000;
/** A process that is killed leaves what it had in hand to the others, or to its next start, after this. */
export const CLAIM_MS = 60_000;

export type LookoutConfig = {
  /**
   * Begins what is due, and answers when there is something to do next (Unix time in milliseconds); undefined: not known, or
   * whoever is done first will wake it.
   */
  readonly look: () => Promise<number | undefined>;
  /** Looks at the clock at least that often. */
  readonly longestSleepMs: number;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
};

export type Lookout = {
  /** There is something new, or a hand is free. Looks once more where a look is under way. */
  wake(): void;
  /** Resolves when the last look is over; there is none after it. */
  close(): Promise<void>;
};

/** Looks for what is due: when it is woken, and when something is due next. One look at a time. */
export function lookout({ look, longestSleepMs, clock, log }: LookoutConfig): Lookout {
  let alarm: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isWoken = false;
  let isClosed = false;

  function wake(): void {
    isWoken = true;
    if (looking !== undefined || isClosed) return;
    clearTimeout(alarm);
    // Begun in its own turn, so that what it does at once may wake it, too.
    looking = Promise.resolve()
      .then(once)
      .finally(() => {
        looking = undefined;
        if (isWoken) wake();
      });
  }

  async function once(): Promise<void> {
    isWoken = false;
    let sleepMs = longestSleepMs;
    try {
      const next = await look();
      if (next !== undefined) sleepMs = Math.min(sleepMs, next - clock());
    } catch (error) {
      log(faultOf(error, clock()));
    }
    if (!isClosed) alarm = setTimeout(wake, Math.max(0, sleepMs));
  }

  return {
    wake,
    async close() {
      isClosed = true;
      clearTimeout(alarm);
      await looking;
      clearTimeout(alarm);
    },
  };
}
