import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

/**
 * Makes a file of SQLite's for this user alone, before it is opened: SQLite would make one that others can read, and gives
 * the files beside it the mode of this one. One that is there is not opened: closing it again would let go of the locks that
 * this process has on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
export function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  for (const each of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(each)) chmodSync(each, 0o600);
}
