import type { Kysely } from 'kysely';
import { fromSession, fromStream, fromVideo, toSession } from './rows.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Sessions = Pick<
  Store,
  | 'addSession'
  | 'session'
  | 'sessions'
  | 'sessionIds'
  | 'startSession'
  | 'moveSession'
  | 'settleManifest'
  | 'finishSession'
  | 'deleteSession'
>;

export function sessionsOver(db: Kysely<Tables>): Sessions {
  return {
    async addSession(session) {
      await db.insertInto('capture_session').values(fromSession(session)).execute();
    },

    async session(id) {
      const row = await db.selectFrom('capture_session').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toSession(row);
    },

    async sessions({ collectionId, endUserId, status, after, limit }) {
      let query = db.selectFrom('capture_session').selectAll().where('collection_id', '=', collectionId);
      if (endUserId !== undefined) query = query.where('end_user_id', '=', endUserId);
      if (status !== undefined) query = query.where('status', '=', status);
      if (after !== undefined)
        query = query.where((is) =>
          is.or([
            is('created_at', '<', after.createdAt),
            is.and([is('created_at', '=', after.createdAt), is('id', '<', after.id)]),
          ]),
        );
      const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return rows.map(toSession);
    },

    async sessionIds(status) {
      const all = db.selectFrom('capture_session').select('id');
      const rows = await (status === undefined ? all : all.where('status', '=', status)).execute();
      return rows.map((row) => row.id);
    },

    async startSession({ sessionId, policy, consentSha256, streams }) {
      return db.transaction().execute(async (tx) => {
        const started = await tx
          .updateTable('capture_session')
          .set({ status: 'starting', policy: JSON.stringify(policy), consent_sha256: consentSha256 })
          .where('id', '=', sessionId)
          .where('status', '=', 'created')
          .executeTakeFirst();
        if (started.numUpdatedRows !== 1n) return false;
        await tx.insertInto('rtstream').values(streams.map(fromStream)).execute();
        return true;
      });
    },

    async moveSession(id, from, to) {
      const moved = await db
        .updateTable('capture_session')
        .set({ status: to })
        .where('id', '=', id)
        .where('status', 'in', from)
        .executeTakeFirst();
      return moved.numUpdatedRows === 1n;
    },

    async settleManifest(id, from, manifest) {
      const settled = await db
        .updateTable('capture_session')
        .set({ status: 'stopping', manifest: JSON.stringify(manifest) })
        .where('id', '=', id)
        .where('status', 'in', from)
        .executeTakeFirst();
      return settled.numUpdatedRows === 1n;
    },

    async finishSession(id, videos) {
      return db.transaction().execute(async (tx) => {
        const finished = await tx
          .updateTable('capture_session')
          .set({ status: 'stopped' })
          .where('id', '=', id)
          .where('status', '=', 'stopping')
          .executeTakeFirst();
        if (finished.numUpdatedRows !== 1n) return false;
        if (videos.length > 0) await tx.insertInto('video').values(videos.map(fromVideo)).execute();
        return true;
      });
    },

    async deleteSession(id) {
      const deleted = await db.deleteFrom('capture_session').where('id', '=', id).executeTakeFirst();
      return deleted.numDeletedRows === 1n;
    },
  };
}
