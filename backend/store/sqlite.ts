import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { migrate } from './migrations.ts';
import { storeOver } from './sql-store.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Opens (or makes) the embedded database. Throws where the file cannot be opened. */
export async function openSqlite(path: string): Promise<Store> {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  // FULL: the receipt of a fragment is a promise that it survives a power cut, so each commit is synced.
  // secure_delete: a deleted session's key must not linger in a free page.
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
    pragma secure_delete = on;`);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(database) }) });
  await migrate(db, 'sqlite');
  return storeOver(db, async () => database.exec('pragma wal_checkpoint(truncate)'));
}

/** What Kysely asks of a SQLite driver, over the one that is part of Node. */
function adapted(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql);
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
