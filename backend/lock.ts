import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '../contract/result.ts';
import { makePrivate } from './store/private-file.ts';

/**
 * Claims a data folder for this process; answers how to give it back. Error: `data-in-use`.
 *
 * The claim is a lock of the operating system, held through SQLite because that works the same everywhere. It
 * cannot go stale: however the process ends, the lock ends with it.
 */
export function claim(dataDir: string): Result<() => void> {
  const path = join(dataDir, 'in-use.lock');
  // Whoever could read it could hold it.
  makePrivate(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('begin exclusive');
    return ok(() => database.close());
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked/.test(error.message)) return fail('data-in-use', dataDir);
    throw error;
  }
}
