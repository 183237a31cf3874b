import type { Locks } from '../store/locks.ts';
import type { Alone, Turns } from '../turns.ts';

/**
 * Turns that all instances on one database take together. Within this process they wait in order, and only the first of them
 * asks for the lock. `settled` resolves when all that the work has told the others has reached them: what the next turn tells
 * comes after it.
 */
export function turnsAcross(here: Turns, locks: Locks, settled: () => Promise<void>): Turns {
  return (name, work) =>
    here(name, async () => {
      const release = await locks.acquire(`turn ${name}`);
      try {
        return await work();
      } finally {
        await settled();
        await release();
      }
    });
}

/** Work that one instance does at a time; whoever finds another at it leaves it to that one. */
export function aloneAmong(locks: Locks): Alone {
  return async (name, work) => {
    const release = await locks.tryAcquire(`alone ${name}`);
    if (release === undefined) return false;
    try {
      await work();
      return true;
    } finally {
      await release();
    }
  };
}
