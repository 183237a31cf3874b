import { type Kysely, type Selectable, sql } from 'kysely';
import { policy } from '../../contract/policy.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { AS_NOW, plainRow, type Row } from './raw-rows.ts';
import { ENVIRONMENTS, type RightsRecord } from './records.ts';
import { environment } from './rows.ts';
import { noteBehind, PEOPLE } from './sql-behind.ts';
import { putLetters } from './sql-outbox.ts';
import { putTombstone } from './sql-sessions.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Rights = Pick<
  Store,
  | 'eraseSessions'
  | 'forgetPerson'
  | 'people'
  | 'rowsAsNow'
  | 'addRightsRequest'
  | 'changeRightsRequest'
  | 'rightsRequests'
  | 'openErasures'
  | 'sessionAges'
>;

/** What the rights of the recorded and retention ask of the store. */
export function rightsOver(db: Kysely<Tables>, keyring: Keyring): Rights {
  return {
    async eraseSessions({ tombstones, tell, request }) {
      if (tombstones.length === 0) return [];
      const wanted = tombstones.map(({ sessionId }) => sessionId);
      return db.transaction().execute(async (tx) => {
        const rows = await tx
          .deleteFrom('capture_session')
          .where('id', 'in', wanted)
          .returning('id')
          .execute();
        const gone = rows.map(({ id }) => id);
        // That of the whole session says it all, and names no channel.
        await tx
          .deleteFrom('tombstone')
          .where('session_id', 'in', wanted)
          .where('channel_id', '!=', '')
          .execute();
        for (const tombstone of tombstones)
          if (gone.includes(tombstone.sessionId)) await putTombstone(tx, tombstone);
        await tx.deleteFrom('outbox').where('session_id', 'in', wanted).execute();
        await putLetters(tx, keyring, tell);
        if (request !== undefined) await change(tx, request.id, (record) => request.change(record, gone));
        await noteBehind(tx, [...gone, PEOPLE]);
        return gone;
      });
    },

    async forgetPerson(tenantId, subject, environment) {
      const within = environment === null ? ENVIRONMENTS : [environment];
      await db.transaction().execute(async (tx) => {
        for (const table of ['audit_subject', 'client_token'] as const)
          await tx
            .deleteFrom(table)
            .where('tenant_id', '=', tenantId)
            .where('subject', '=', subject)
            .where('environment', 'in', within)
            .execute();
        await tx
          .deleteFrom('outbox')
          .where('tenant_id', '=', tenantId)
          .where('subject', '=', subject)
          .where('environment', 'in', within)
          // That one is word of the erasure itself, and from here on of nobody.
          .where((is) => is.or([is('event', '!=', 'capture_session.deleted'), is('state', '=', 'dead')]))
          .execute();
        await tx
          .updateTable('outbox')
          .set({ subject: null })
          .where('tenant_id', '=', tenantId)
          .where('subject', '=', subject)
          .where('environment', 'in', within)
          .execute();
        await noteBehind(tx, [PEOPLE]);
      });
    },

    async people() {
      const rows = await db
        .selectFrom('audit_subject')
        .select(['tenant_id', 'subject', 'environment'])
        .distinct()
        .execute();
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        subject: row.subject,
        environment: environment.parse(row.environment),
      }));
    },

    async rowsAsNow() {
      const tables = (await db.introspection.getTables()).map(({ name }) => name);
      const rows: Record<string, Row[]> = {};
      for (const table of AS_NOW.filter((each) => tables.includes(each))) {
        const found = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db);
        rows[table] = found.rows.map(plainRow);
      }
      return rows;
    },

    async addRightsRequest(record) {
      await db.transaction().execute(async (tx) => {
        await tx.insertInto('rights_request').values(fromRecord(record)).execute();
        await noteBehind(tx, [PEOPLE]);
      });
    },

    async changeRightsRequest(id, to) {
      await db.transaction().execute(async (tx) => {
        await change(tx, id, to);
        await noteBehind(tx, [PEOPLE]);
      });
    },

    async rightsRequests(tenantId) {
      const rows = await db
        .selectFrom('rights_request')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(toRecord);
    },

    async openErasures() {
      const rows = await db
        .selectFrom('rights_request')
        .selectAll()
        .where('kind', '=', 'erase')
        .where('status', '=', 'open')
        .orderBy('created_at')
        .execute();
      return rows.map(toRecord);
    },

    async sessionAges({ tenantId, environment: of, createdBefore, after, limit }) {
      let query = db
        .selectFrom('capture_session')
        .select(['id', 'collection_id', 'environment', 'created_at', 'started_at', 'ended_at'])
        .select(['policy', 'subject'])
        .select((select) =>
          select
            .selectFrom('fragment')
            .innerJoin('rtstream', 'rtstream.id', 'fragment.stream_id')
            .whereRef('rtstream.session_id', '=', 'capture_session.id')
            .select((last) => last.fn.max('fragment.received_at').as('last'))
            .as('last_fragment_ms'),
        )
        .select((select) =>
          select
            .selectFrom('client_token')
            .whereRef('client_token.session_id', '=', 'capture_session.id')
            .select((until) => until.fn.max('client_token.expires_at').as('until'))
            .as('tokens_until'),
        )
        .where('tenant_id', '=', tenantId)
        .where('created_at', '<=', createdBefore);
      if (of !== null) query = query.where('environment', '=', of);
      if (after !== undefined) query = query.where('id', '>', after);
      const rows = await query.orderBy('id').limit(limit).execute();
      return rows.map((row) => ({
        id: row.id,
        tenantId,
        environment: environment.parse(row.environment),
        collectionId: row.collection_id,
        createdAt: row.created_at,
        startedAt: row.started_at,
        endedAt: row.ended_at,
        lastFragmentAt:
          row.last_fragment_ms === null ? null : Math.floor(Number(row.last_fragment_ms) / 1000),
        tokensUntil: row.tokens_until === null ? null : Number(row.tokens_until),
        policy: row.policy === null ? null : policy.parse(JSON.parse(row.policy)),
        subject: row.subject,
      }));
    },
  };
}

/** To be called in a transaction that has written already, so that nobody writes in between. */
async function change(
  tx: Kysely<Tables>,
  id: string,
  to: (record: RightsRecord) => RightsRecord,
): Promise<void> {
  await tx.updateTable('rights_request').set({ id }).where('id', '=', id).execute();
  const row = await tx.selectFrom('rights_request').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return;
  await tx
    .updateTable('rights_request')
    .set(fromRecord(to(toRecord(row))))
    .where('id', '=', id)
    .execute();
}

function toRecord(row: Selectable<Tables['rights_request']>): RightsRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    status: row.status,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    sealed: row.sealed,
  };
}

function fromRecord(record: RightsRecord): Tables['rights_request'] {
  return {
    id: record.id,
    tenant_id: record.tenantId,
    kind: record.kind,
    status: record.status,
    created_at: record.createdAt,
    finished_at: record.finishedAt,
    sealed: record.sealed,
  };
}
