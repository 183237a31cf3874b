import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';

const ENTRY = join(import.meta.dirname, 'lock-child.ts');

const said = z.object({
  id: z.int(),
  outcome: z.enum(['held', 'in-use', 'unreachable', 'failed', 'released', 'within', 'ready']),
  detail: z.string().optional(),
  code: z.string().optional(),
});
type Said = z.infer<typeof said>;

/** A disk that does not let a file be locked for so long hangs. */
const ANSWER_MS = 10_000;
/** So long it may take to be there on a machine that is busy. */
const START_MS = 30_000;
/** So long after its last claim the process ends. */
const IDLE_MS = 10_000;

type Keeper = {
  readonly root: string;
  readonly child: ChildProcess;
  readonly begun: Promise<void>;
  /** Asked, and not answered. */
  readonly asked: Map<number, (answer: Said | undefined) => void>;
  readonly held: Set<number>;
  /** Asked for so long that nobody waits for it any more. */
  readonly late: Set<number>;
  idle: NodeJS.Timeout | undefined;
};

const keepers = new Map<string, Keeper>();
let last = 0;

export type ClaimedApart = {
  /** The folder of the backups: while one claim in it hangs, the next ones are refused at once. */
  readonly root: string;
  /** What is claimed. */
  readonly path: string;
  /** Directories that are to be there before. */
  readonly make?: readonly string[];
  /** A folder that it may not lie in, nor hold, wherever links lead. */
  readonly apart?: string;
};

/**
 * Claims a folder as `claim` does, in a process of its own: a file system that does not answer stops whoever asks it, and here that is
 * not the service. Errors: `data-in-use`, `backup-unreachable`, `usage` where it is not apart. Throws what is a bug, with the code of the system's otherwise.
 */
export async function claimApart({
  root,
  path,
  make = [],
  apart,
}: ClaimedApart): Promise<Result<() => Promise<void>>> {
  const keeper = keepers.get(root) ?? started(root);
  clearTimeout(keeper.idle);
  await keeper.begun;
  if (keeper.late.size > 0) return hangs(root);
  const id = ++last;
  const answer = await asked(keeper, id, { id, path, make, apart });
  if (answer === 'late') return hangs(root);
  if (answer?.outcome === 'held') return ok(() => release(keeper, id));
  rest(keeper);
  if (answer === undefined) return fail('backup-unreachable', `the process that claims ${root} ended`);
  if (answer.outcome === 'within')
    return fail('usage', 'backups lie apart from the data folder, best on another disk');
  if (answer.outcome === 'in-use') return fail('data-in-use', path);
  if (answer.outcome === 'unreachable') return fail('backup-unreachable', answer.detail);
  throw Object.assign(new Error(answer.detail), { code: answer.code });
}

function hangs(root: string): Result<never> {
  return fail('backup-unreachable', `${root} does not answer`);
}

function started(root: string): Keeper {
  const child = fork(ENTRY, {
    execArgv: ['--no-warnings'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const keeper: Keeper = {
    root,
    child,
    begun: begun(child),
    asked: new Map(),
    held: new Set(),
    late: new Set(),
    idle: undefined,
  };
  keepers.set(root, keeper);
  child.on('message', (message) => {
    const answer = said.parse(message);
    const isLate = keeper.late.delete(answer.id);
    const tell = keeper.asked.get(answer.id);
    keeper.asked.delete(answer.id);
    if (answer.outcome === 'held') keeper.held.add(answer.id);
    tell?.(answer);
    if (isLate && answer.outcome === 'held') void release(keeper, answer.id);
  });
  const gone = () => {
    if (keepers.get(root) === keeper) keepers.delete(root);
    for (const answer of keeper.asked.values()) answer(undefined);
    keeper.asked.clear();
  };
  child.once('exit', gone).once('error', gone).once('disconnect', gone);
  // It ends with this process, and is no reason for it to go on.
  child.unref();
  child.channel?.unref();
  return keeper;
}

/** That it takes long to begin says nothing of the disk. */
function begun(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(late);
      resolve();
    };
    const late = setTimeout(done, START_MS);
    child.once('message', done).once('exit', done).once('error', done);
  });
}

function asked(keeper: Keeper, id: number, order: object): Promise<Said | 'late' | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      keeper.late.add(id);
      resolve('late');
    }, ANSWER_MS);
    keeper.asked.set(id, (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    keeper.child.send(order, (error) => {
      if (error === null) return;
      keeper.asked.delete(id);
      clearTimeout(late);
      resolve(undefined);
    });
  });
}

/** Resolves when it is free for others, or when that cannot be told. */
async function release(keeper: Keeper, id: number): Promise<void> {
  if (keeper.child.connected) await asked(keeper, id, { id, path: null, make: [] });
  keeper.held.delete(id);
  rest(keeper);
}

/** Ends the process a while after it was needed last. */
function rest(keeper: Keeper): void {
  clearTimeout(keeper.idle);
  if (keeper.held.size + keeper.asked.size > 0) return;
  keeper.idle = setTimeout(() => {
    if (keeper.held.size + keeper.asked.size > 0 || !keeper.child.connected) return;
    keepers.delete(keeper.root);
    keeper.child.disconnect();
  }, IDLE_MS);
  keeper.idle.unref();
}
