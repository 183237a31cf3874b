import { type Kysely, sql } from 'kysely';

/** What several instances of the service on one database know together. One by itself keeps this in memory. */
export type InstanceTables = {
  /** Who serves, by the clock of the database. `holder`: what its connections are called. */
  instance: { id: string; url: string; holder: string; seen_at: number };
  /** Who has somebody that listens to what: `stream rts-…` or the events of a collection. */
  listening: { topic: string; instance_id: string };
  /** Proofs of possession that were used, each by a mark that tells nothing. Unix time in milliseconds. */
  seen_proof: { mark: string; until_ms: number };
  /** One-time tickets; `sealed` opens with the ticket only. Unix time in milliseconds. */
  ticket: { sha256: string; sealed: string; expires_at_ms: number };
  /** Sign-ins that were refused, by marks of name and network. Unix time in milliseconds. */
  failed_sign_in: { mark: string; count: number; last_ms: number };
  /** The last fragment of what is live only: its place, and a mark to know it by. Of its media there is nothing. */
  passed_on: {
    stream_id: string;
    take: number;
    sequence: number;
    bytes: number;
    received_at: number;
    mark: string;
  };
};

export async function instanceTables<T>(db: Kysely<T>): Promise<void> {
  const statements = [
    'create table instance (id text primary key, url text not null, holder text not null, seen_at bigint not null)',
    `create table listening (topic text not null, instance_id text not null references instance (id) on delete cascade,
       primary key (topic, instance_id))`,
    'create table seen_proof (mark text primary key, until_ms bigint not null)',
    'create index seen_proof_by_time on seen_proof (until_ms)',
    'create table ticket (sha256 text primary key, sealed text not null, expires_at_ms bigint not null)',
    'create table failed_sign_in (mark text primary key, count integer not null, last_ms bigint not null)',
    `create table passed_on (stream_id text primary key references rtstream (id) on delete cascade,
       take integer not null, sequence integer not null, bytes bigint not null, received_at bigint not null,
       mark text not null)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
