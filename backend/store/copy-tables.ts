import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

const MADE = [
  `create table destination (id text primary key, tenant_id text not null, collection_id text not null,
     environment text not null, place text not null, keep_backup integer not null, wrapped_key text not null,
     sealed text not null, credentials_at bigint not null, updated_at bigint not null,
     unique (tenant_id, collection_id, environment))`,
  `create table copy (video_id text primary key references video (id) on delete cascade, session_id text not null,
     tenant_id text not null, collection_id text not null, environment text not null, state text not null,
     is_held integer not null, attempts integer not null, next_at bigint not null, claim text not null,
     last_error text not null, sent_to text not null, sent_at bigint, created_at bigint not null)`,
  'create index copy_by_time on copy (state, next_at)',
  'create index copy_by_session on copy (session_id)',
  'create index copy_by_age on copy (tenant_id, created_at, video_id)',
  // What was recorded before there were second copies gets one, too.
  `insert into copy (video_id, session_id, tenant_id, collection_id, environment, state, is_held, attempts, next_at, claim,
     last_error, sent_to, sent_at, created_at)
   select video.id, video.session_id, capture_session.tenant_id, capture_session.collection_id,
     capture_session.environment, 'new', 0, 0, 0, '', '', '', null, video.created_at
   from video join capture_session on capture_session.id = video.session_id`,
];

/** Where recordings are copied to, and what became of the copy of each. */
export async function copyTables(db: Kysely<Tables>): Promise<void> {
  for (const statement of MADE) await sql.raw(statement).execute(db);
}
