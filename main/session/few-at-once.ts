import { fail } from '../../contract/result.ts';
import type { PendingDelivery } from './pending.ts';

/** Begins no more deliveries at once than a few: each keeps the list of its fragments in memory, however many there are. */
export type FewAtOnce = {
  /** One that begins when there is room; `giveWay` lets the next begin although this one is not done. */
  readonly add: (sessionId: string, begin: (giveWay: () => void) => PendingDelivery) => PendingDelivery;
};

export function fewAtOnce(most: number): FewAtOnce {
  let underWay = 0;
  const waiting: (() => void)[] = [];

  function next(): void {
    while (underWay < most) {
      const begin = waiting.shift();
      if (begin === undefined) return;
      underWay += 1;
      begin();
    }
  }
  /** Once, however often it is said. */
  function place(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      underWay -= 1;
      next();
    };
  }

  return {
    add: (sessionId, begin) => {
      const closing = new AbortController();
      const turn = new Promise<void>((resolve) => {
        waiting.push(resolve);
        closing.signal.addEventListener('abort', () => {
          const at = waiting.indexOf(resolve);
          if (at === -1) return;
          waiting.splice(at, 1);
          resolve();
        });
      });
      const done = turn.then(async () => {
        if (closing.signal.aborted) return fail('delivery-incomplete', 'let go');
        const leave = place();
        try {
          const delivery = begin(leave);
          closing.signal.addEventListener('abort', delivery.close);
          return await delivery.done;
        } finally {
          leave();
        }
      });
      next();
      return { sessionId, done, close: () => closing.abort() };
    },
  };
}
