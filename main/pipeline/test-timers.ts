import type { Later } from './later.ts';
import { settled } from './test-bench.ts';

/** Time that passes by hand. */
export function handTimers() {
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  const later: Later = (delayMs, run) => {
    const timer = { delayMs, run };
    timers.push(timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  };
  return {
    later,
    /** Lets the time of the next timer pass, and what follows happen; says what time that was, undefined where none runs. */
    pass: async () => {
      const timer = timers.shift();
      timer?.run();
      await settled();
      return timer?.delayMs;
    },
  };
}
