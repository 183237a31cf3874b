import { type Kysely, sql } from 'kysely';
import { type Keyring, openKeyring } from '../secrets/keyring.ts';
import type { Master } from '../secrets/master.ts';
import { copyPlaceTables } from './copy-place-tables.ts';
import { copyTables } from './copy-tables.ts';
import { instanceTables } from './instance-tables.ts';
import type { Tables } from './tables.ts';
import { trustTables } from './trust-tables.ts';

type Migration = {
  readonly name: string;
  readonly up: (db: Kysely<Tables>, keyring: () => Promise<Keyring>) => Promise<void>;
};

/** One list for every database. Only ever add at the end: what was applied stays as it was. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '001-first', up: first },
  { name: '002-fingerprint', up: fingerprint },
  { name: '003-trust', up: trustTables },
  { name: '004-measured', up: measured },
  { name: '005-copies', up: copyTables },
  { name: '006-instances', up: instanceTables },
  { name: '008-copy-places', up: copyPlaceTables },
];

/** Brings the database to the newest form; false where it was. Safe to run from several processes at once. */
export async function migrate(
  db: Kysely<Tables>,
  kind: 'sqlite' | 'postgres',
  master: Master,
): Promise<boolean> {
  if (await isNewest(db)) return false;
  await db.connection().execute(async (connection) => {
    // Kysely's own transaction begins deferred in SQLite, and two that both go on to write would collide.
    await sql.raw(kind === 'sqlite' ? 'begin immediate' : 'begin').execute(connection);
    try {
      await migrateWithin(connection, kind, master);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
  return true;
}

/** The same within a transaction, to the newest form or to that of `upTo`, the names of the migrations of a backup. */
export async function migrateWithin(
  db: Kysely<Tables>,
  kind: 'sqlite' | 'postgres',
  master: Master,
  upTo?: readonly string[],
): Promise<void> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(7261944)`.execute(db);
  await sql`create table if not exists migration (name text primary key)`.execute(db);
  const rows = await db.selectFrom('migration').select('name').execute();
  const applied = new Set(rows.map((row) => row.name));
  for (const migration of MIGRATIONS) {
    if (applied.has(migration.name) || upTo?.includes(migration.name) === false) continue;
    await migration.up(db, () => openKeyring(db, master));
    await db.insertInto('migration').values({ name: migration.name }).execute();
  }
}

/** Looks without a lock, so that opening a database that is in use disturbs nobody. */
async function isNewest(db: Kysely<Tables>): Promise<boolean> {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === 'migration')) return false;
  const rows = await db.selectFrom('migration').select('name').execute();
  return MIGRATIONS.every((migration) => rows.some((row) => row.name === migration.name));
}

async function first(db: Kysely<Tables>): Promise<void> {
  const statements = [
    `create table api_key (id text primary key, name text not null, sha256 text not null unique,
       created_at bigint not null)`,
    `create table capture_session (id text primary key, collection_id text not null, end_user_id text not null,
       status text not null, callback_url text, metadata text not null, created_at bigint not null,
       wrapped_key text not null, policy text, consent_sha256 text, manifest text)`,
    'create index session_by_age on capture_session (collection_id, created_at, id)',
    'create index session_by_person on capture_session (end_user_id)',
    `create table client_token (sha256 text primary key,
       session_id text references capture_session (id) on delete cascade,
       family text not null, scope text not null, expires_at bigint not null)`,
    'create index token_by_session on client_token (session_id)',
    'create index token_by_family on client_token (family)',
    'create index token_by_expiry on client_token (expires_at)',
    `create table rtstream (id text primary key,
       session_id text not null references capture_session (id) on delete cascade,
       channel_id text not null, channel_name text, type text not null, store integer not null,
       position integer not null, last_take integer, last_sequence integer,
       fragments bigint not null, bytes bigint not null, unique (session_id, channel_id))`,
    `create table fragment (stream_id text not null references rtstream (id) on delete cascade,
       take integer not null, sequence integer not null, started_at_ms double precision not null,
       duration_ms double precision not null, paused_before_ms double precision not null,
       bytes bigint not null, sha256 text not null, blob text not null, received_at bigint not null,
       primary key (stream_id, take, sequence))`,
    `create table video (id text primary key,
       session_id text not null references capture_session (id) on delete cascade,
       stream_id text not null references rtstream (id) on delete cascade,
       name text not null, part integer not null, format text not null, length_seconds double precision not null,
       size_bytes bigint not null, sha256 text not null, takes integer not null,
       fragments integer not null, created_at bigint not null)`,
    'create index video_by_session on video (session_id)',
    'create index video_by_stream on video (stream_id)',
    'create table policy (version integer primary key, content text not null)',
    'create table fact (name text primary key, value text not null)',
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

async function fingerprint(db: Kysely<Tables>): Promise<void> {
  await sql.raw('alter table rtstream add column fingerprint text').execute(db);
}

/** What is held by now is counted as it was said to be. */
async function measured(db: Kysely<Tables>): Promise<void> {
  await sql.raw('alter table rtstream add column timescale bigint').execute(db);
  await sql.raw('alter table rtstream add column media_ms double precision not null default 0').execute(db);
  await sql
    .raw(
      `update rtstream set media_ms = coalesce(
         (select sum(duration_ms) from fragment where fragment.stream_id = rtstream.id), 0)`,
    )
    .execute(db);
}
