import { mkdirSync } from 'node:fs';
import { z } from 'zod';
import { overlap } from '../folders.ts';
import { claim } from '../lock.ts';

// Claims folders for the process that started it, whose disk may hang: then only this one does. See lock-process.ts.

const order = z.object({
  id: z.int(),
  path: z.string().nullable(),
  make: z.array(z.string()),
  apart: z.string().optional(),
});

// These reach the whole group; whoever holds a folder says when to let go of it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const held = new Map<number, () => void>();
process.on('message', (message) => {
  const { id, path, make, apart } = order.parse(message);
  if (path === null) {
    held.get(id)?.();
    held.delete(id);
    process.send?.({ id, outcome: 'released' });
    return;
  }
  process.send?.({ id, ...outcomeOf(id, path, make, apart) });
});
// However the other ends, its claims end with it.
process.on('disconnect', () => process.exit());

/** SQLite's word for a lock file that cannot be opened. */
function isSqlite(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

// It is there, and touches no disk that hangs before it is asked to.
process.send?.({ id: 0, outcome: 'ready' });

function outcomeOf(id: number, path: string, make: readonly string[], apart?: string): object {
  try {
    if (apart !== undefined && overlap(apart, path)) return { outcome: 'within' };
    for (const each of make) mkdirSync(each, { recursive: true, mode: 0o700 });
    const claimed = claim(path);
    if (claimed.ok) held.set(id, claimed.value);
    return { outcome: claimed.ok ? 'held' : 'in-use' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return isSqlite(error)
      ? { outcome: 'unreachable', detail: path }
      : { outcome: 'failed', detail: error instanceof Error ? error.message : '', code };
  }
}
