import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SQLITE_FILE } from './file.ts';
import type { StoreConfig } from './open.ts';
import { type Batch, plainRow, type Row } from './raw-rows.ts';

const BATCH = 500;

/** What other tables refer to comes first; whatever is not named follows by its name. */
const FIRST = [
  ...['migration', 'tenant', 'collection', 'admin', 'api_key'],
  ...['capture_session', 'rtstream', 'fragment', 'video'],
];

/** Fragments one stream after the other, as they are read. */
const ORDER: Readonly<Record<string, string>> = { fragment: 'order by stream_id, take, sequence' };

/**
 * Every row of every table as it is at one moment, while others go on writing; over a connection of its own. Throws where the
 * database does not answer.
 */
export function snapshotOf(config: StoreConfig): AsyncGenerator<Batch> {
  const { databaseUrl } = config;
  return databaseUrl === undefined
    ? sqliteSnapshot(join(config.dataDir, SQLITE_FILE))
    : postgresSnapshot(databaseUrl);
}

async function* sqliteSnapshot(path: string): AsyncGenerator<Batch> {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    // A transaction that reads sees the database as it was at its first question: https://www.sqlite.org/isolation.html
    database.exec('pragma query_only = on; begin');
    const named = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";
    const tables = database.prepare(named).all();
    for (const table of inOrder(tables.map(({ name }) => String(name)))) {
      let rows: Row[] = [];
      for (const row of database.prepare(`select * from "${table}" ${ORDER[table] ?? ''}`).iterate()) {
        rows.push(plainRow(row));
        if (rows.length < BATCH) continue;
        yield { table, rows };
        rows = [];
      }
      yield { table, rows };
    }
  } finally {
    database.close();
  }
}

async function* postgresSnapshot(url: string): AsyncGenerator<Batch> {
  const { PATIENT_MS, poolAt } = await import('./postgres.ts');
  const pool = poolAt(url, { answerMs: PATIENT_MS });
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const named = "select tablename as name from pg_tables where schemaname = 'public'";
    const tables = (await client.query<{ name: string }>(named)).rows;
    for (const table of inOrder(tables.map(({ name }) => name))) {
      await client.query(`declare every cursor for select * from "${table}" ${ORDER[table] ?? ''}`);
      for (let rows: Row[] | undefined; rows === undefined || rows.length === BATCH; ) {
        rows = (await client.query(`fetch ${BATCH} from every`)).rows.map(plainRow);
        yield { table, rows };
      }
      await client.query('close every');
    }
    await client.query('commit');
  } finally {
    client.release();
    await pool.end();
  }
}

function inOrder(tables: readonly string[]): string[] {
  const rest = tables.filter((table) => !FIRST.includes(table)).sort();
  return [...FIRST.filter((table) => tables.includes(table)), ...rest];
}
