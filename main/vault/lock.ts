import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '../../contract/result.ts';

/** Held for as long as this process uses a data folder. */
export type DataLock = { readonly release: () => void };

/**
 * Takes the data folder for this process. An SQLite exclusive lock is the operating system's own file lock on
 * every platform: it goes with the process, however that dies, so no stale lock can brick a start.
 * Errors: `data-in-use`, `vault-unwritable`.
 */
export function lockData(dataDir: string): Result<DataLock> {
  let database: DatabaseSync | undefined;
  try {
    const path = join(dataDir, 'lock.sqlite');
    // SQLite would make one that others can read, and whoever can read it can hold it.
    // One that is there is not opened: closing it again would let go of the lock that this process may have.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; COMMIT;');
    const held = database;
    return ok({
      release: () => {
        if (held.isOpen) held.close();
      },
    });
  } catch (error) {
    database?.close();
    const text = error instanceof Error ? error.message : String(error);
    return /locked|busy/.test(text) ? fail('data-in-use', dataDir) : fail('vault-unwritable', dataDir);
  }
}
