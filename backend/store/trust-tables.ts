import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { CHANNEL_KINDS, channelKind, channelMode } from '../../contract/channel.ts';
import { type ChannelRule, DEFAULT_POLICY } from '../../contract/policy.ts';
import { type Keyring, sealText } from '../secrets/keyring.ts';
import { sessionContext, streamContext } from './rows.ts';
import type { Tables } from './tables.ts';

/** The tenant and collection of everything from before there were several. */
export const FIRST_TENANT = 'default';
export const FIRST_COLLECTION = 'default';

const MADE = [
  'create table tenant (id text primary key, name text not null, created_at bigint not null)',
  `create table collection (tenant_id text not null references tenant (id), id text not null, name text not null,
     description text not null, created_at bigint not null, primary key (tenant_id, id))`,
  `create table admin (id text primary key, tenant_id text not null references tenant (id), name text not null unique,
     password text not null, created_at bigint not null)`,
  `create table admin_pass (sha256 text primary key, admin_id text not null references admin (id) on delete cascade,
     kind text not null, csrf text not null, seen_at bigint not null,
     expires_at bigint not null, confirmed_until bigint not null)`,
  'create table service_secret (name text primary key, wrapped text not null)',
  `create table collection_policy (tenant_id text not null, collection_id text not null, version integer not null,
     content text not null, created_at bigint not null, created_by text not null,
     primary key (tenant_id, collection_id, version))`,
  `create table audit_entry (tenant_id text not null, sequence bigint not null, at text not null, actor text not null,
     action text not null, object text not null, outcome text not null, reason text not null,
     previous text not null, hash text not null, primary key (tenant_id, sequence))`,
  'create index audit_by_actor on audit_entry (tenant_id, actor, sequence)',
  'create index audit_by_object on audit_entry (tenant_id, object, sequence)',
  'create index audit_by_time on audit_entry (tenant_id, at, sequence)',
  `create table audit_subject (tenant_id text not null, sequence bigint not null, subject text not null, environment text not null,
     primary key (tenant_id, sequence, subject))`,
  'create index audit_subject_by_person on audit_subject (subject, sequence)',
  `create table tombstone (session_id text not null, channel_id text not null, tenant_id text not null,
     deleted_at bigint not null, jws text not null, primary key (session_id, channel_id))`,
  `create table rights_request (id text primary key, tenant_id text not null, kind text not null, status text not null,
     created_at bigint not null, finished_at bigint, sealed text not null)`,
  'create table webhook (tenant_id text primary key, sealed text not null)',
  `create table outbox (id text primary key, tenant_id text not null, environment text, subject text, session_id text, lane text not null,
     position bigint not null, event text not null, sealed text not null, created_at bigint not null, next_at bigint not null, attempts integer not null,
     state text not null, last_error text not null)`,
  'create index outbox_by_time on outbox (state, next_at)',
  'create index outbox_by_lane on outbox (lane, position)',
  'create index outbox_by_session on outbox (session_id)',

  `alter table api_key add column tenant_id text not null default '${FIRST_TENANT}'`,
  "alter table api_key add column environment text not null default 'production'",
  // Keys from before there were roles could do everything.
  "alter table api_key add column roles text not null default 'capture,read,admin'",
  "alter table api_key add column prefix text not null default 'tl_'",
  'alter table api_key add column expires_at bigint',
  'alter table api_key add column last_used_at bigint',

  // Tokens live for minutes: whoever has one of the old kind asks for another.
  'drop table client_token',
  `create table client_token (sha256 text primary key, tenant_id text not null, environment text not null,
     key_id text not null references api_key (id) on delete cascade,
     session_id text references capture_session (id) on delete cascade, family text not null,
     began_at bigint not null, subject text,
     channels text, actions text not null, possession text not null, jkt text, expires_at bigint not null)`,
  'create index token_by_session on client_token (session_id)',
  'create index token_by_family on client_token (family)',
  'create index token_by_key on client_token (key_id)',
  'create index token_by_expiry on client_token (expires_at)',

  `alter table capture_session add column tenant_id text not null default '${FIRST_TENANT}'`,
  "alter table capture_session add column environment text not null default 'production'",
  'alter table capture_session add column started_at bigint',
  'alter table capture_session add column ended_at bigint',
  "alter table capture_session add column subject text not null default ''",
  "alter table capture_session add column sealed text not null default ''",
  'alter table rtstream add column wrapped_key text',
  'alter table rtstream add column revoked_at bigint',
  "alter table rtstream add column sealed text not null default ''",
];

const GONE = [
  'drop index session_by_person',
  'alter table capture_session drop column end_user_id',
  'alter table capture_session drop column callback_url',
  'alter table capture_session drop column metadata',
  'alter table capture_session drop column manifest',
  'alter table rtstream drop column channel_name',
  'alter table rtstream drop column fingerprint',
  'alter table video drop column name',
  'drop table policy',
  'create index session_by_person on capture_session (tenant_id, subject)',
  'drop index session_by_age',
  'create index session_by_age on capture_session (tenant_id, collection_id, created_at, id)',
  'create index session_by_status on capture_session (status, created_at)',
];

/** Tenants, roles, policies of collections, audit, events, and the sealing of what says who and what was recorded. */
export async function trustTables(db: Kysely<Tables>, openKeyring: () => Promise<Keyring>): Promise<void> {
  for (const statement of MADE) await sql.raw(statement).execute(db);
  const tenant = { id: FIRST_TENANT, name: 'Default', created_at: 0 };
  await db.insertInto('tenant').values(tenant).execute();
  const description = 'All recordings of this service';
  const collection = {
    id: FIRST_COLLECTION,
    tenant_id: FIRST_TENANT,
    name: 'Default',
    description,
    created_at: 0,
  };
  await db.insertInto('collection').values(collection).execute();
  await sealSessions(db, await openKeyring());
  await movePolicies(db);
  for (const statement of GONE) await sql.raw(statement).execute(db);
}

type OldSession = {
  id: string;
  wrapped_key: string;
  end_user_id: string;
  callback_url: string | null;
  metadata: string;
  manifest: string | null;
  policy: string | null;
};
type OldStream = { id: string; channel_id: string; channel_name: string | null; fingerprint: string | null };

async function sealSessions(db: Kysely<Tables>, keyring: Keyring): Promise<void> {
  const { rows } = await sql<OldSession>`select * from capture_session`.execute(db);
  for (const row of rows) {
    const key = keyring.unwrap({ kind: 'session', id: row.id }, row.wrapped_key);
    const known = {
      endUserId: row.end_user_id,
      callbackUrl: row.callback_url,
      metadata: JSON.parse(row.metadata),
      manifest: row.manifest === null ? null : JSON.parse(row.manifest),
      consentJws: null,
      deliveryJws: null,
    };
    const sealed = sealText(key, sessionContext(row.id), JSON.stringify(known));
    const subject = keyring.subjectOf(FIRST_TENANT, row.end_user_id);
    const policy = row.policy === null ? null : JSON.stringify(renewed(JSON.parse(row.policy)));
    await db
      .updateTable('capture_session')
      .set({ sealed, subject, policy })
      .where('id', '=', row.id)
      .execute();
    const streams = await sql<OldStream>`select * from rtstream where session_id = ${row.id}`.execute(db);
    for (const stream of streams.rows) {
      const about = {
        channelId: stream.channel_id,
        channelName: stream.channel_name,
        fingerprint: stream.fingerprint,
      };
      await db
        .updateTable('rtstream')
        .set({
          channel_id: keyring.channelIndex(row.id, stream.channel_id),
          sealed: sealText(key, streamContext(stream.id), JSON.stringify(about)),
        })
        .where('id', '=', stream.id)
        .execute();
    }
  }
}

async function movePolicies(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ version: number; content: string }>`select * from policy`.execute(db);
  for (const { version, content } of rows)
    await db
      .insertInto('collection_policy')
      .values({
        tenant_id: FIRST_TENANT,
        collection_id: FIRST_COLLECTION,
        version,
        content: JSON.stringify(renewed(JSON.parse(content))),
        created_at: 0,
        created_by: 'system',
      })
      .execute();
}

const oldPolicy = z.looseObject({ allowed: z.record(channelKind, z.array(channelMode)) });

/** A policy that named the modes it allows, as one that names the rule which allows no more than those. */
function renewed(old: unknown): object {
  const { allowed, ...rest } = oldPolicy.parse(old);
  const channels: Record<string, ChannelRule> = {};
  for (const kind of CHANNEL_KINDS) {
    const live = allowed[kind].includes('live');
    const keep = allowed[kind].includes('keep');
    channels[kind] = live && keep ? 'choose' : live ? 'ephemeral' : keep ? 'stored' : 'forbidden';
  }
  const { maxSessionMinutes, bearerClients } = DEFAULT_POLICY;
  return { maxSessionMinutes, bearerClients, ...rest, channels };
}
