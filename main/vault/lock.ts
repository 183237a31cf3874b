import { chmodSync, closeSync, existsSync, openSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';

/** Codes of https://sqlite.org/rescode.html. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Held for as long as this process uses a data folder. */
export type DataLock = { readonly release: () => void };

/**
 * Takes the data folder for this process. An SQLite exclusive lock is the operating system's own file lock on
 * every platform: it goes with the process, however that dies, so no stale lock can brick a start.
 * Errors: `data-in-use`, `disk-read-only`, `vault-unwritable`.
 */
export function lockData(dataDir: string): Result<DataLock> {
  try {
    const path = join(dataDir, 'lock.sqlite');
    // SQLite would make one that others can read, and whoever can read it can hold it.
    // One that is there is not opened: closing it again would let go of the lock that this process may have.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    const held = holdOrEmpty(path);
    return ok({
      release: () => {
        if (held.isOpen) held.close();
      },
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/locked|busy/.test(text)) return fail('data-in-use', dataDir);
    const { code } = diskError(error, dataDir);
    return fail(code === 'disk-read-only' ? code : 'vault-unwritable', dataDir);
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
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; COMMIT;');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
