import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '../contract/result.ts';
import { makePrivate } from './store/private-file.ts';

/** Codes of https://sqlite.org/rescode.html. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

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
  try {
    const database = holdOrEmpty(path);
    return ok(() => database.close());
  } catch (error) {
    if (error instanceof Error && /locked/.test(error.message)) return fail('data-in-use', dataDir);
    throw error;
  }
}

/**
 * Nothing is kept in the file, so one that is damaged is emptied. Nobody holds it then: SQLite reads a byte of it only
 * where nobody does. It stays the same file, so whoever takes it between the two keeps it.
 */
function holdOrEmpty(path: string): DatabaseSync {
  try {
    return hold(path);
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (code !== SQLITE_NOTADB && code !== SQLITE_CORRUPT) throw error;
    truncateSync(path);
    return hold(path);
  }
}

function hold(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('begin exclusive');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
