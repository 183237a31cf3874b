import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Master } from '../secrets/master.ts';
import { locksOn } from './locks.ts';
import { type OpenedStore, preparedStore } from './prepared.ts';
import type { Tables } from './tables.ts';

/**
 * Connects to PostgreSQL, e.g. `postgres://user@host/tallylight`; undefined where its master key is another. Throws where
 * it does not answer.
 */
export async function openPostgres(url: string, master: Master): Promise<OpenedStore | undefined> {
  const holder = `tallylight ${randomBytes(8).toString('hex')}`;
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolAt(url, holder) }) });
  const opened = await preparedStore(db, 'postgres', master, async () => true);
  if (opened === undefined) return undefined;
  const { store } = opened;
  const locks = locksOn(url, holder);
  const close = async () => {
    await locks.close();
    await store.close();
  };
  return { ...opened, store: { ...store, close }, locks };
}

/** Connections to the database, made as they are needed. `name`: what the database knows them by. */
export function poolAt(url: string, name = 'tallylight'): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
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
  // One that breaks in somebody's hands fails their query; without a listener it would end the process, too.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}
