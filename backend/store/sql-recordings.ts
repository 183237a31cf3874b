import type { Kysely } from 'kysely';
import { fromFragment, toFragment, toStream, toVideo } from './rows.ts';
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
  | 'deleteVideo'
>;

/** Streams, their fragments and the videos made of them. */
export function recordingsOver(db: Kysely<Tables>): Recordings {
  return {
    async stream(id) {
      const row = await db.selectFrom('rtstream').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toStream(row);
    },

    async streamsOf(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await db
        .selectFrom('rtstream')
        .selectAll()
        .where('session_id', 'in', sessionIds)
        .orderBy('position')
        .execute();
      return rows.map(toStream);
    },

    async append(fragment, after) {
      return db.transaction().execute(async (tx) => {
        const moved = await tx
          .updateTable('rtstream')
          .set((column) => ({
            last_take: fragment.take,
            last_sequence: fragment.sequence,
            fragments: column('fragments', '+', 1),
            bytes: column('bytes', '+', fragment.bytes),
          }))
          .where('id', '=', fragment.streamId)
          .where('last_take', after === null ? 'is' : '=', after?.take ?? null)
          .where('last_sequence', after === null ? 'is' : '=', after?.sequence ?? null)
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

    async deleteVideo(id, takes) {
      return db.transaction().execute(async (tx) => {
        const gone = await tx
          .deleteFrom('video')
          .where('id', '=', id)
          .returning('stream_id')
          .executeTakeFirst();
        if (gone === undefined) return false;
        if (takes.length > 0)
          await tx
            .deleteFrom('fragment')
            .where('stream_id', '=', gone.stream_id)
            .where('take', 'in', takes)
            .execute();
        return true;
      });
    },
  };
}
