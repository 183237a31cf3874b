import type { Kysely } from 'kysely';
import type { Keyring } from '../secrets/keyring.ts';
import { fromFragment, toFragment, toStream, toVideo } from './rows.ts';
import { noteBehind } from './sql-behind.ts';
import { putTombstone } from './sql-sessions.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Recordings = Pick<
  Store,
  | 'stream'
  | 'streamsOf'
  | 'append'
  | 'countPassedOn'
  | 'fragment'
  | 'fragmentsOf'
  | 'video'
  | 'videosOf'
  | 'deleteVideos'
  | 'revokeStream'
>;

/** Streams, their fragments and the videos made of them. */
export function recordingsOver(db: Kysely<Tables>, keyring: Keyring): Recordings {
  const streams = () =>
    db
      .selectFrom('rtstream')
      .innerJoin('capture_session', 'capture_session.id', 'rtstream.session_id')
      .selectAll('rtstream')
      .select('capture_session.wrapped_key as session_key');
  return {
    async stream(id) {
      const row = await streams().where('rtstream.id', '=', id).executeTakeFirst();
      return row && toStream(keyring, row);
    },

    async streamsOf(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await streams()
        .where('rtstream.session_id', 'in', sessionIds)
        .orderBy('rtstream.position')
        .execute();
      return rows.map((row) => toStream(keyring, row));
    },

    async append(fragment, after, measured) {
      return db.transaction().execute(async (tx) => {
        const moved = await tx
          .updateTable('rtstream')
          .set((column) => ({
            last_take: fragment.take,
            last_sequence: fragment.sequence,
            fragments: column('fragments', '+', 1),
            bytes: column('bytes', '+', fragment.bytes),
            timescale: measured.timescale,
            media_ms: measured.mediaMs,
          }))
          .where('id', '=', fragment.streamId)
          .where('last_take', after === null ? 'is' : '=', after?.take ?? null)
          .where('last_sequence', after === null ? 'is' : '=', after?.sequence ?? null)
          // Another process may have been told that the consent was taken back.
          .where('revoked_at', 'is', null)
          // Or have made the files of it: what comes after would be acknowledged and in none of them.
          .where((is) =>
            is.exists(
              is
                .selectFrom('capture_session')
                .select('capture_session.id')
                .whereRef('capture_session.id', '=', 'rtstream.session_id')
                .where('capture_session.status', 'in', ['starting', 'active', 'paused', 'stopping']),
            ),
          )
          .executeTakeFirst();
        if (moved.numUpdatedRows !== 1n) return false;
        await tx.insertInto('fragment').values(fromFragment(fragment)).execute();
        return true;
      });
    },

    async countPassedOn(streamId, bytes) {
      await db
        .updateTable('rtstream')
        .set((column) => ({ fragments: column('fragments', '+', 1), bytes: column('bytes', '+', bytes) }))
        .where('id', '=', streamId)
        .execute();
    },

    async fragment(streamId, { take, sequence }) {
      const row = await db
        .selectFrom('fragment')
        .selectAll()
        .where('stream_id', '=', streamId)
        .where('take', '=', take)
        .where('sequence', '=', sequence)
        .executeTakeFirst();
      return row && toFragment(row);
    },

    async fragmentsOf(streamId) {
      const rows = await db
        .selectFrom('fragment')
        .selectAll()
        .where('stream_id', '=', streamId)
        .orderBy('take')
        .orderBy('sequence')
        .execute();
      return rows.map(toFragment);
    },

    async video(id) {
      const row = await db.selectFrom('video').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toVideo(row);
    },

    async videosOf(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await db
        .selectFrom('video')
        .innerJoin('rtstream', 'rtstream.id', 'video.stream_id')
        .selectAll('video')
        .where('video.session_id', 'in', sessionIds)
        .orderBy('rtstream.position')
        .orderBy('video.part')
        .execute();
      return rows.map(toVideo);
    },

    async deleteVideos(streamId, tombstone) {
      return db.transaction().execute(async (tx) => {
        const gone = await tx.deleteFrom('video').where('stream_id', '=', streamId).executeTakeFirst();
        if (gone.numDeletedRows === 0n) return false;
        await tx.deleteFrom('fragment').where('stream_id', '=', streamId).execute();
        await tx.updateTable('rtstream').set({ wrapped_key: '' }).where('id', '=', streamId).execute();
        await putTombstone(tx, tombstone);
        await noteBehindOf(tx, streamId);
        return true;
      });
    },

    async revokeStream(id, at, erased) {
      return db.transaction().execute(async (tx) => {
        const revoked = await tx
          .updateTable('rtstream')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (erased === null) {
          await noteBehindOf(tx, id);
          return revoked.numUpdatedRows === 1n;
        }
        // The key first: without it what is left of the media opens for nobody.
        const destroyed = await tx
          .updateTable('rtstream')
          .set({ wrapped_key: '', fragments: 0, bytes: 0 })
          .where('id', '=', id)
          .where((is) => is.or([is('wrapped_key', 'is', null), is('wrapped_key', '!=', '')]))
          .executeTakeFirst();
        await tx.deleteFrom('video').where('stream_id', '=', id).execute();
        await tx.deleteFrom('fragment').where('stream_id', '=', id).execute();
        await putTombstone(tx, erased);
        await noteBehindOf(tx, id);
        return revoked.numUpdatedRows === 1n || destroyed.numUpdatedRows === 1n;
      });
    },
  };
}

/** The keys of a session lie in the backups together. */
async function noteBehindOf(tx: Kysely<Tables>, streamId: string): Promise<void> {
  const rows = await tx.selectFrom('rtstream').select('session_id').where('id', '=', streamId).execute();
  await noteBehind(
    tx,
    rows.map((row) => row.session_id),
  );
}
