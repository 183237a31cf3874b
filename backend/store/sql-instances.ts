import { type Kysely, sql } from 'kysely';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Instances = Pick<
  Store,
  | 'noteInstance'
  | 'forgetInstance'
  | 'forgetSilentInstances'
  | 'addListening'
  | 'dropListening'
  | 'listeningOf'
  | 'listeners'
  | 'endedStreams'
  | 'noteProof'
  | 'addTicket'
  | 'takeTicket'
  | 'failedSignIns'
  | 'noteFailedSignIn'
  | 'forgiveSignIn'
  | 'passedOn'
  | 'notePassedOn'
  | 'forgetPassedOn'
  | 'forgetExpired'
>;

/** By the clock of the database, so that those of the instances need not agree. PostgreSQL only, as several instances are. */
const NOW_MS = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;

export function instancesOver(db: Kysely<Tables>): Instances {
  return {
    async noteInstance({ id, url, holder }) {
      const seen_at = NOW_MS;
      await db
        .insertInto('instance')
        .values({ id, url, holder, seen_at })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ url, holder, seen_at }))
        .execute();
    },

    async forgetInstance(id) {
      await db.deleteFrom('instance').where('id', '=', id).execute();
    },

    async forgetSilentInstances(silentMs) {
      const gone = await db
        .deleteFrom('instance')
        .where('seen_at', '<', sql<number>`${NOW_MS} - ${silentMs}`)
        .returning(['id', 'holder'])
        .execute();
      // One that only lies still must not hold up what it had in hand: its locks, its open transactions.
      for (const { holder } of gone)
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${holder}`.execute(
          db,
        );
      return gone.map(({ id }) => id);
    },

    async addListening(topic, instanceId) {
      await db
        .insertInto('listening')
        .values({ topic, instance_id: instanceId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async dropListening(topic, instanceId) {
      await db
        .deleteFrom('listening')
        .where('topic', '=', topic)
        .where('instance_id', '=', instanceId)
        .execute();
    },

    async listeningOf(instanceId) {
      const rows = await db
        .selectFrom('listening')
        .select('topic')
        .where('instance_id', '=', instanceId)
        .execute();
      return rows.map(({ topic }) => topic);
    },

    async listeners(topic, except) {
      const all = db.selectFrom('instance').select(['instance.id', 'instance.url']);
      return all
        .where('instance.id', '!=', except)
        .$if(topic !== null, (query) =>
          query.where((is) =>
            is.exists(
              is
                .selectFrom('listening')
                .select('listening.topic')
                .whereRef('listening.instance_id', '=', 'instance.id')
                .where('listening.topic', '=', topic),
            ),
          ),
        )
        .execute();
    },

    async endedStreams(ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('rtstream')
        .innerJoin('capture_session', 'capture_session.id', 'rtstream.session_id')
        .select('rtstream.id')
        .where('rtstream.id', 'in', ids)
        .where('rtstream.revoked_at', 'is', null)
        .where((is) =>
          is.or([
            is('capture_session.status', 'in', ['created', 'starting', 'active', 'paused']),
            is.and([is('capture_session.status', '=', 'stopping'), is('rtstream.store', '=', 1)]),
          ]),
        )
        .execute();
      const alive = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !alive.has(id));
    },

    async noteProof(mark, untilMs) {
      const added = await db
        .insertInto('seen_proof')
        .values({ mark, until_ms: untilMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return added.numInsertedOrUpdatedRows === 1n;
    },

    async addTicket(ticket) {
      await db
        .insertInto('ticket')
        .values({ sha256: ticket.sha256, sealed: ticket.sealed, expires_at_ms: ticket.expiresAtMs })
        .execute();
    },

    async takeTicket(sha256) {
      const row = await db
        .deleteFrom('ticket')
        .where('sha256', '=', sha256)
        .returningAll()
        .executeTakeFirst();
      return row && { sha256: row.sha256, sealed: row.sealed, expiresAtMs: row.expires_at_ms };
    },

    async failedSignIns(marks) {
      if (marks.length === 0) return [];
      const rows = await db.selectFrom('failed_sign_in').selectAll().where('mark', 'in', marks).execute();
      return rows.map(({ mark, count, last_ms: lastMs }) => ({ mark, count, lastMs }));
    },

    async noteFailedSignIn({ mark, count, lastMs }) {
      await db
        .insertInto('failed_sign_in')
        .values({ mark, count, last_ms: lastMs })
        .onConflict((conflict) => conflict.column('mark').doUpdateSet({ count, last_ms: lastMs }))
        .execute();
    },

    async forgiveSignIn(mark) {
      await db.deleteFrom('failed_sign_in').where('mark', '=', mark).execute();
    },

    async passedOn(streamId) {
      const row = await db
        .selectFrom('passed_on')
        .selectAll()
        .where('stream_id', '=', streamId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { take, sequence, bytes, received_at: receivedAt, mark } = row;
      return { take, sequence, bytes, receivedAt, mark };
    },

    async notePassedOn(streamId, { take, sequence, bytes, receivedAt, mark }) {
      const row = { take, sequence, bytes, received_at: receivedAt, mark };
      await db
        .insertInto('passed_on')
        .values({ stream_id: streamId, ...row })
        .onConflict((conflict) => conflict.column('stream_id').doUpdateSet(row))
        .execute();
    },

    async forgetPassedOn(streamIds) {
      if (streamIds.length > 0)
        await db.deleteFrom('passed_on').where('stream_id', 'in', streamIds).execute();
    },

    async forgetExpired(nowMs, signInsBefore) {
      await db.deleteFrom('seen_proof').where('until_ms', '<', nowMs).execute();
      await db.deleteFrom('ticket').where('expires_at_ms', '<=', nowMs).execute();
      await db.deleteFrom('failed_sign_in').where('last_ms', '<', signInsBefore).execute();
    },
  };
}
