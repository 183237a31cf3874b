import type { Kysely } from 'kysely';
import type { Keyring } from '../secrets/keyring.ts';
import type { Tombstone } from './records.ts';
import {
  fromSession,
  fromStream,
  fromVideo,
  type SessionSecrets,
  sealedSecrets,
  secretsOf,
  toSession,
} from './rows.ts';
import { noteBehind } from './sql-behind.ts';
import { putCopies } from './sql-copies.ts';
import { dropDeadLetters, putLetters } from './sql-outbox.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Sessions = Pick<
  Store,
  | 'addSession'
  | 'session'
  | 'sessionIdOf'
  | 'sessions'
  | 'sessionIds'
  | 'lostSessions'
  | 'startSession'
  | 'moveSession'
  | 'settleManifest'
  | 'finishSession'
  | 'deleteSession'
  | 'tombstones'
>;

export function sessionsOver(db: Kysely<Tables>, keyring: Keyring): Sessions {
  /** To be called within the transaction that writes it back. */
  async function resealed(
    tx: Kysely<Tables>,
    id: string,
    change: (secrets: SessionSecrets) => SessionSecrets,
  ): Promise<{ readonly sealed: string; readonly wrappedKey: string } | undefined> {
    const row = await tx
      .selectFrom('capture_session')
      .select(['id', 'wrapped_key', 'sealed'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const sealed = sealedSecrets(keyring, row, change(secretsOf(keyring, row)));
    return { sealed, wrappedKey: row.wrapped_key };
  }

  return {
    async addSession(session, tell) {
      await db.transaction().execute(async (tx) => {
        await tx.insertInto('capture_session').values(fromSession(keyring, session)).execute();
        await putLetters(tx, keyring, tell);
      });
    },

    async session(id) {
      const row = await db.selectFrom('capture_session').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toSession(keyring, row);
    },

    async sessionIdOf({ tenantId, environment }, id) {
      const within = db
        .selectFrom('capture_session')
        .select('capture_session.id')
        .where('capture_session.tenant_id', '=', tenantId)
        .where('capture_session.environment', '=', environment);
      const asked = id.startsWith('rts-')
        ? within
            .innerJoin('rtstream', 'rtstream.session_id', 'capture_session.id')
            .where('rtstream.id', '=', id)
        : id.startsWith('vid-')
          ? within.innerJoin('video', 'video.session_id', 'capture_session.id').where('video.id', '=', id)
          : within.where('capture_session.id', '=', id);
      return (await asked.executeTakeFirst())?.id;
    },

    async sessions({ tenantId, environment, collectionId, endUserId, status, after, limit }) {
      let query = db.selectFrom('capture_session').selectAll().where('tenant_id', '=', tenantId);
      if (environment !== null) query = query.where('environment', '=', environment);
      if (collectionId !== undefined) query = query.where('collection_id', '=', collectionId);
      if (endUserId !== undefined)
        query = query.where('subject', '=', keyring.subjectOf(tenantId, endUserId));
      if (status !== undefined) query = query.where('status', '=', status);
      if (after !== undefined)
        query = query.where((is) =>
          is.or([
            is('created_at', '<', after.createdAt),
            is.and([is('created_at', '=', after.createdAt), is('id', '<', after.id)]),
          ]),
        );
      const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return rows.map((row) => toSession(keyring, row));
    },

    async sessionIds(status) {
      const all = db.selectFrom('capture_session').select('id');
      const rows = await (status === undefined ? all : all.where('status', '=', status)).execute();
      return rows.map((row) => row.id);
    },

    async lostSessions(createdBefore, silentSince) {
      const rows = await db
        .selectFrom('capture_session as session')
        .select('session.id')
        .where((is) =>
          is.or([
            is.and([is('session.status', '=', 'created'), is('session.created_at', '<', createdBefore)]),
            is.and([
              is('session.status', 'in', ['starting', 'active', 'paused']),
              is('session.started_at', '<', silentSince),
              is.not(
                is.exists(
                  is
                    .selectFrom('rtstream')
                    .select('rtstream.id')
                    .whereRef('rtstream.session_id', '=', 'session.id')
                    .where('rtstream.store', '=', 1),
                ),
              ),
              is.not(
                is.exists(
                  is
                    .selectFrom('client_token')
                    .select('client_token.sha256')
                    .whereRef('client_token.session_id', '=', 'session.id')
                    .where('client_token.expires_at', '>', silentSince),
                ),
              ),
            ]),
          ]),
        )
        .execute();
      return rows.map((row) => row.id);
    },

    async startSession({ sessionId, policy, consentSha256, consentJws, startedAt, streams }, tell) {
      return db.transaction().execute(async (tx) => {
        const again = await resealed(tx, sessionId, (secrets) => ({ ...secrets, consentJws }));
        if (again === undefined) return false;
        const started = await tx
          .updateTable('capture_session')
          .set({
            status: 'starting',
            policy: JSON.stringify(policy),
            consent_sha256: consentSha256,
            started_at: startedAt,
            sealed: again.sealed,
          })
          .where('id', '=', sessionId)
          .where('status', '=', 'created')
          .executeTakeFirst();
        if (started.numUpdatedRows !== 1n) return false;
        const rows = streams.map((stream) => fromStream(keyring, again.wrappedKey, stream));
        await tx.insertInto('rtstream').values(rows).execute();
        await putLetters(tx, keyring, tell);
        return true;
      });
    },

    async moveSession(id, from, to, tell) {
      return db.transaction().execute(async (tx) => {
        const moved = await tx
          .updateTable('capture_session')
          .set({ status: to })
          .where('id', '=', id)
          .where('status', 'in', from)
          .executeTakeFirst();
        if (moved.numUpdatedRows !== 1n) return false;
        await putLetters(tx, keyring, tell);
        return true;
      });
    },

    async settleManifest(id, from, manifest, tell) {
      return db.transaction().execute(async (tx) => {
        const again = await resealed(tx, id, (secrets) => ({ ...secrets, manifest }));
        if (again === undefined) return false;
        const settled = await tx
          .updateTable('capture_session')
          .set({ status: 'stopping', sealed: again.sealed })
          .where('id', '=', id)
          .where('status', 'in', from)
          .executeTakeFirst();
        if (settled.numUpdatedRows !== 1n) return false;
        await putLetters(tx, keyring, tell);
        return true;
      });
    },

    async finishSession(id, { videos, deliveryJws, endedAt }, tell) {
      return db.transaction().execute(async (tx) => {
        const again = await resealed(tx, id, (secrets) => ({ ...secrets, deliveryJws }));
        if (again === undefined) return false;
        const finished = await tx
          .updateTable('capture_session')
          .set({ status: 'stopped', ended_at: endedAt, sealed: again.sealed })
          .where('id', '=', id)
          .where('status', '=', 'stopping')
          .executeTakeFirst();
        if (finished.numUpdatedRows !== 1n) return false;
        if (videos.length > 0) {
          await tx.insertInto('video').values(videos.map(fromVideo)).execute();
          await putCopies(tx, videos);
        }
        await putLetters(tx, keyring, tell);
        return true;
      });
    },

    async deleteSession(id, tombstone, tell) {
      return db.transaction().execute(async (tx) => {
        const deleted = await tx.deleteFrom('capture_session').where('id', '=', id).executeTakeFirst();
        if (deleted.numDeletedRows !== 1n) return false;
        await putTombstone(tx, tombstone);
        await dropDeadLetters(tx, id);
        await putLetters(tx, keyring, tell);
        await noteBehind(tx, [id]);
        return true;
      });
    },

    async tombstones(tenantId, sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await db
        .selectFrom('tombstone')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('session_id', 'in', sessionIds)
        .execute();
      return rows.map((row) => ({
        sessionId: row.session_id,
        tenantId: row.tenant_id,
        channelId: row.channel_id === '' ? null : row.channel_id,
        deletedAt: row.deleted_at,
        jws: row.jws,
      }));
    },
  };
}

/** To be called in the transaction that deletes. */
export async function putTombstone(tx: Kysely<Tables>, tombstone: Tombstone): Promise<void> {
  await tx
    .insertInto('tombstone')
    .values({
      session_id: tombstone.sessionId,
      channel_id: tombstone.channelId ?? '',
      tenant_id: tombstone.tenantId,
      deleted_at: tombstone.deletedAt,
      jws: tombstone.jws,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
