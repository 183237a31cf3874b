import type { ChildProcess } from 'node:child_process';

/** A program of the stage in a process of its own, asked by messages; it ends when the channel closes. */
export type Worker = { readonly child: ChildProcess; ask(question: unknown): Promise<unknown> };

type Question = { readonly id: number; readonly question: unknown };
type Answer = { readonly id: number; readonly answer?: unknown; readonly failure?: string };

/** Resolves once the program says it is ready. A program that ends takes its open questions with it. */
export async function workerIn(child: ChildProcess, name: string): Promise<Worker> {
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  let ended = false;
  const wait = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      open.set(id, { resolve, reject });
    });
  child.on('message', (message) => {
    const { id, answer, failure } = message as Answer;
    const waiting = open.get(id);
    open.delete(id);
    if (failure === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(`${name}: ${failure}`));
  });
  child.once('exit', (code, signal) => {
    ended = true;
    for (const waiting of open.values()) waiting.reject(new Error(`${name} ended (${signal ?? code})`));
    open.clear();
  });
  await wait(0);
  return {
    child,
    ask(question) {
      if (ended || !child.connected) return Promise.reject(new Error(`${name} has ended`));
      const id = nextId;
      nextId += 1;
      const answered = wait(id);
      child.send({ id, question } satisfies Question);
      return answered;
    },
  };
}

/** The other end: the program says it is ready, then answers. It never outlives whoever started it. */
export function answerParent(answer: (question: unknown) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { id, question } = message as Question;
    answer(question).then(
      (value) => reply({ id, answer: value ?? null }),
      (error: unknown) => reply({ id, failure: error instanceof Error ? error.message : String(error) }),
    );
  });
  reply({ id: 0 });
}

function reply(answer: Answer): void {
  if (process.connected) process.send?.(answer);
}
