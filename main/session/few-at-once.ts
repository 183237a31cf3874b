import { fail, type Result } from '../../contract/result.ts';
import type { PendingDelivery } from './pending.ts';

/** Begins no more deliveries at once than a few: each keeps the list of its fragments in memory, however many there are. */
export type FewAtOnce = {
  /**
   * One that begins when there is room. `giveWay`: where others wait, this one is closed, and begins anew after a pause and
   * after them, as what hinders it may be over by then.
   */
  readonly add: (sessionId: string, begin: (giveWay: () => void) => PendingDelivery) => PendingDelivery;
};

/** `pause` resolves after a while, the longer the more often it gave way, or when the signal is aborted. */
export function fewAtOnce(
  most: number,
  pause: (attempt: number, signal: AbortSignal) => Promise<unknown>,
): FewAtOnce {
  let underWay = 0;
  /** Each takes the place that was made for it. */
  const waiting: (() => void)[] = [];

  function next(): void {
    while (underWay < most) {
      const begin = waiting.shift();
      if (begin === undefined) return;
      underWay += 1;
      begin();
    }
  }
  function leave(): void {
    underWay -= 1;
    next();
  }
  /** Resolves with whether there is a place, which is taken; false where it was let go before. */
  function place(closing: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const letGo = () => {
        const at = waiting.indexOf(begin);
        if (at !== -1) waiting.splice(at, 1);
        resolve(false);
      };
      const begin = () => {
        closing.removeEventListener('abort', letGo);
        resolve(true);
      };
      if (closing.aborted) return resolve(false);
      closing.addEventListener('abort', letGo);
      waiting.push(begin);
      next();
    });
  }

  /** One turn of it; undefined where it gave way. */
  async function turn(
    begin: (giveWay: () => void) => PendingDelivery,
    closing: AbortSignal,
  ): Promise<Result<void> | undefined> {
    if (!(await place(closing))) return fail('delivery-incomplete', 'let go');
    try {
      // Let go between its turn and here.
      if (closing.aborted) return fail('delivery-incomplete', 'let go');
      let gaveWay = false;
      const delivery = begin(() => {
        if (gaveWay || waiting.length === 0) return;
        gaveWay = true;
        delivery.close();
      });
      closing.addEventListener('abort', delivery.close);
      // What gave way is held by nothing: the list of its fragments goes with it.
      const done = await delivery.done.finally(() => closing.removeEventListener('abort', delivery.close));
      // Closed in the middle of an attempt, it ends with what hindered it.
      return gaveWay && !done.ok && !closing.aborted ? undefined : done;
    } finally {
      leave();
    }
  }

  async function turns(
    begin: (giveWay: () => void) => PendingDelivery,
    closing: AbortSignal,
  ): Promise<Result<void>> {
    for (let attempt = 1; ; attempt++) {
      const done = await turn(begin, closing);
      if (done !== undefined) return done;
      await pause(attempt, closing);
    }
  }

  return {
    add: (sessionId, begin) => {
      const closing = new AbortController();
      const done = turns(begin, closing.signal);
      return { sessionId, done, close: () => closing.abort() };
    },
  };
}
