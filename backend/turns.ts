/** Runs work of the same name one after the other, and work of different names side by side. */
export type Turns = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function newTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  return async (name, work) => {
    const mine = (tails.get(name) ?? Promise.resolve()).then(work);
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    tails.set(name, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(name) === tail) tails.delete(name);
    }
  };
}

/** Does work that one process is to do at a time; false where another is at it. */
export type Alone = (name: string, work: () => Promise<void>) => Promise<boolean>;
