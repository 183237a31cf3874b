import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import type { Result } from '../../contract/result.ts';
import type { Master } from '../secrets/master.ts';
import { type OpenedStore, preparedStore } from './prepared.ts';
import { makePrivate } from './private-file.ts';
import type { Tables } from './tables.ts';

/**
 * Opens (or makes) the embedded database. Error: `master-key-wrong`. Throws where the file cannot be opened.
 */
export function openSqlite(path: string, master: Master): Promise<Result<OpenedStore>> {
  const { db, scrub } = databaseAt(path);
  return preparedStore(db, 'sqlite', master, scrub);
}

/** The file as it is, in whatever form. `scrub` empties the write-ahead log, which holds what was there before; false where another program reads in it. */
export function databaseAt(path: string): {
  readonly db: Kysely<Tables>;
  readonly scrub: () => Promise<boolean>;
} {
  makePrivate(path);
  const database = new DatabaseSync(path, { timeout: 10_000 });
  // FULL: the receipt of a fragment is a promise that it survives a power cut, so each commit is synced.
  // secure_delete: a deleted session's key must not linger in a free page.
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
    pragma secure_delete = on;`);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(database) }) });
  return { db, scrub: () => scrubbed(path) };
}

const SCRUB_ATTEMPTS = 10;
const SCRUB_PAUSE_MS = 100;

/** Over a connection that does not wait: SQLite's own waiting would hold up everything else of this process. */
async function scrubbed(path: string): Promise<boolean> {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    for (let attempt = 1; ; attempt++) {
      // A row of `busy`, `log` and `checkpointed`: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
      if (database.prepare('pragma wal_checkpoint(truncate)').get()?.busy === 0) return true;
      if (attempt === SCRUB_ATTEMPTS) return false;
      await setTimeout(SCRUB_PAUSE_MS);
    }
  } finally {
    database.close();
  }
}

/** What Kysely asks of a SQLite driver, over the one that is part of Node. */
function adapted(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(sql) {
      // A transaction that read before it wrote could not go on once another process has written; ours all write.
      const statement = database.prepare(sql === 'begin' ? 'begin immediate' : sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return value;
    throw new TypeError(`a ${typeof value} cannot be kept in SQLite`);
  });
}
