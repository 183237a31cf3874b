import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Master } from '../secrets/master.ts';
import { type OpenedStore, preparedStore } from './prepared.ts';
import type { Tables } from './tables.ts';

/**
 * Connects to PostgreSQL, e.g. `postgres://user@host/tallylight`; undefined where its master key is another. Throws where
 * it does not answer.
 */
export async function openPostgres(url: string, master: Master): Promise<OpenedStore | undefined> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolAt(url) }) });
  return preparedStore(db, 'postgres', master, async () => true);
}

/** Connections to the database, made as they are needed. */
export function poolAt(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    // int8 arrives as text, because it may not fit a number; ours are counts, bytes and times, which do.
    types: {
      getTypeParser: (oid, format) =>
        oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // An idle connection that breaks is replaced by the pool; the query that needs one reports what is wrong.
  pool.on('error', () => undefined);
  return pool;
}
