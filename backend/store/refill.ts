import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { ok, type Result } from '../../contract/result.ts';
import type { Master } from '../secrets/master.ts';
import { SQLITE_FILE } from './file.ts';
import { MIGRATIONS, migrateWithin } from './migrations.ts';
import type { StoreConfig } from './open.ts';
import type { Batch } from './raw-rows.ts';
import { JUST_RESTORED, RESTORED_FACT } from './service-id.ts';
import { MASTER_FACT } from './sql-rewrap.ts';
import { databaseAt } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** Whether this version can read a database of these migrations. */
export function isKnown(migrations: readonly string[]): boolean {
  return migrations.every((name) => MIGRATIONS.some((migration) => migration.name === name));
}

/** Whether the database holds anything. Error: `database-unreachable`. */
export async function isFilled(config: StoreConfig): Promise<Result<boolean>> {
  const answer = await answerFrom(config);
  if (!answer.ok) return answer;
  const { db } = await databaseOf(config);
  try {
    const tables = await db.introspection.getTables();
    if (!tables.some(({ name }) => name === 'fact')) return ok(false);
    const known = await db.selectFrom('fact').select('value').where('name', '=', MASTER_FACT).execute();
    return ok(known.length > 0);
  } finally {
    await db.destroy();
  }
}

/** Whether it holds what a restore has put there, and no service has run on it since. */
export async function isJustRestored(config: StoreConfig): Promise<boolean> {
  const { db } = await databaseOf(config);
  try {
    return await isUntouched(db);
  } finally {
    await db.destroy();
  }
}

async function isUntouched(db: Kysely<Tables>): Promise<boolean> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === 'fact')) return false;
  const restored = db.selectFrom('fact').select('value').where('name', '=', RESTORED_FACT);
  return (await restored.executeTakeFirst())?.value === JUST_RESTORED;
}

/** Of a restore that was cut short after it was written: the tables have to be as they were when the backup was made. */
async function dropUntouched(tx: Kysely<Tables>): Promise<void> {
  if (!(await isUntouched(tx))) return;
  for (const { name } of await tx.introspection.getTables())
    await sql`drop table ${sql.table(name)} cascade`.execute(tx);
}

/** A file answers by itself. */
async function answerFrom({ databaseUrl }: StoreConfig): Promise<Result<void>> {
  if (databaseUrl === undefined) return ok(undefined);
  const { answerOf, poolAt } = await import('./postgres.ts');
  const pool = poolAt(databaseUrl);
  try {
    return await answerOf(pool, databaseUrl);
  } finally {
    await pool.end();
  }
}

export type Refilled = {
  /** Names of the migrations that the rows of `older` are from. */
  readonly migrations: readonly string[];
  readonly older: AsyncIterable<Batch>;
  /** Rows in the newest form. */
  readonly newest: Iterable<Batch>;
};

/** Makes a database that holds these rows and nothing else. All of it or nothing: cut short, it can be called again. */
export async function refill(
  config: StoreConfig,
  master: Master,
  { migrations, older, newest }: Refilled,
): Promise<void> {
  const { db, kind } = await databaseOf(config);
  try {
    await db.transaction().execute(async (tx) => {
      if (kind === 'sqlite') await sql`pragma defer_foreign_keys = on`.execute(tx);
      if (kind === 'postgres') await dropUntouched(tx);
      await migrateWithin(tx, kind, master, migrations);
      await emptied(tx);
      for await (const { table, rows } of older) await insert(tx, table, rows);
      await migrateWithin(tx, kind, master);
      for (const { table, rows } of newest) await insert(tx, table, rows);
    });
  } finally {
    await db.destroy();
  }
}

/** What the migrations themselves have put there. */
async function emptied(tx: Kysely<Tables>): Promise<void> {
  const tables = (await tx.introspection.getTables()).map(({ name }) => name);
  let left = tables.filter((table) => table !== 'migration' && !table.startsWith('sqlite_'));
  // What others refer to goes after them.
  const last = ['rtstream', 'capture_session', 'api_key', 'admin', 'collection', 'tenant'];
  left = [...left.filter((table) => !last.includes(table)), ...last.filter((table) => left.includes(table))];
  for (const table of left) await sql`delete from ${sql.table(table)}`.execute(tx);
}

/** SQLite takes 32,766 values in one statement: https://www.sqlite.org/limits.html */
const VALUES = 30_000;

async function insert(tx: Kysely<Tables>, table: string, rows: Batch['rows']): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const most = Math.max(1, Math.floor(VALUES / Math.max(1, columns.length)));
  for (let from = 0; from < rows.length; from += most) {
    const values = rows
      .slice(from, from + most)
      .map((row) => sql`(${sql.join(columns.map((column) => sql`${row[column] ?? null}`))})`);
    const names = sql.join(columns.map((column) => sql.ref(column)));
    await sql`insert into ${sql.table(table)} (${names}) values ${sql.join(values)}`.execute(tx);
  }
}

async function databaseOf({
  dataDir,
  databaseUrl,
}: StoreConfig): Promise<{ readonly db: Kysely<Tables>; readonly kind: 'sqlite' | 'postgres' }> {
  if (databaseUrl === undefined) return { db: databaseAt(join(dataDir, SQLITE_FILE)).db, kind: 'sqlite' };
  const { PATIENT_MS, poolAt } = await import('./postgres.ts');
  const dialect = new PostgresDialect({ pool: poolAt(databaseUrl, { answerMs: PATIENT_MS }) });
  return { db: new Kysely<Tables>({ dialect }), kind: 'postgres' };
}
