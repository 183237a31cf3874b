import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { busyOf, claimEach, isDue } from './due.ts';
import type { ClaimedCopy, CopyChange, CopyRecord, VideoRecord } from './records.ts';
import { environment } from './rows.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Copies = Pick<
  Store,
  | 'copy'
  | 'copies'
  | 'copiesOf'
  | 'putCopyPlace'
  | 'copyPlacesOf'
  | 'claimCopies'
  | 'nextCopyAt'
  | 'holdCopy'
  | 'settleCopy'
  | 'sendCopy'
  | 'remakeCopies'
>;

/** The second copies of recordings, on their way and arrived. */
export function copiesOver(db: Kysely<Tables>): Copies {
  return {
    async copy(videoId) {
      const row = await db.selectFrom('copy').selectAll().where('video_id', '=', videoId).executeTakeFirst();
      return row && toCopy(row);
    },

    async copies({ tenantId, environment: of, states, isFailing, after, limit }) {
      let query = db.selectFrom('copy').selectAll().where('tenant_id', '=', tenantId);
      if (of !== null) query = query.where('environment', '=', of);
      if (states !== undefined) query = query.where('state', 'in', [...states]);
      if (isFailing !== undefined) query = query.where('attempts', isFailing ? '>' : '=', 0);
      if (after !== undefined)
        query = query.where((is) =>
          is.or([
            is('created_at', '<', after.createdAt),
            is.and([is('created_at', '=', after.createdAt), is('video_id', '<', after.id)]),
          ]),
        );
      const rows = await query
        .orderBy('created_at', 'desc')
        .orderBy('video_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toCopy);
    },

    async copiesOf(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await db.selectFrom('copy').selectAll().where('session_id', 'in', sessionIds).execute();
      return rows.map(toCopy);
    },

    async putCopyPlace(videoId, place) {
      await db
        .insertInto('copy_place')
        .columns(['video_id', 'place'])
        .expression((from) =>
          from
            .selectFrom('video')
            .select(({ val }) => ['id', val(place).as('place')])
            .where('id', '=', videoId),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const put = await db
        .selectFrom('copy_place')
        .select('place')
        .where('video_id', '=', videoId)
        .where('place', '=', place)
        .executeTakeFirst();
      return put !== undefined;
    },

    async copyPlacesOf(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await db
        .selectFrom('copy_place')
        .innerJoin('copy', 'copy.video_id', 'copy_place.video_id')
        .select(['copy.tenant_id', 'copy.session_id', 'copy.video_id', 'copy_place.place'])
        .where('copy.session_id', 'in', sessionIds)
        .orderBy('copy.created_at')
        .orderBy('copy.video_id')
        .orderBy('copy_place.place')
        .execute();
      return rows.map((row) => ({
        ...{ tenantId: row.tenant_id, sessionId: row.session_id, videoId: row.video_id },
        place: row.place,
      }));
    },

    async claimCopies({ states, nowMs, untilMs, limit, share, except }) {
      const busy = busyOf(share);
      const due = await db
        .selectFrom('copy')
        .selectAll()
        .where('state', 'in', [...states])
        .where(isDue('next_at', nowMs))
        .$if(busy.length > 0, (query) => query.where('tenant_id', 'not in', busy))
        .$if(except.length > 0, (query) => query.where('video_id', 'not in', [...except]))
        .orderBy('next_at')
        .limit(limit)
        .execute();
      return claimEach(due, share, async (row): Promise<ClaimedCopy | undefined> => {
        const claim = randomUUID();
        // Another process that saw the same row finds it changed.
        const mine = await db
          .updateTable('copy')
          .set({ claim, next_at: untilMs })
          .where('video_id', '=', row.video_id)
          .where('state', '=', row.state)
          .where('next_at', '=', row.next_at)
          .where('claim', '=', row.claim)
          .executeTakeFirst();
        return mine.numUpdatedRows === 1n ? { ...toCopy({ ...row, next_at: untilMs }), claim } : undefined;
      });
    },

    async nextCopyAt(states, { tenants, videos }) {
      const row = await db
        .selectFrom('copy')
        .select('next_at')
        .where('state', 'in', [...states])
        .$if(tenants.length > 0, (query) => query.where('tenant_id', 'not in', [...tenants]))
        .$if(videos.length > 0, (query) => query.where('video_id', 'not in', [...videos]))
        .orderBy('next_at')
        .limit(1)
        .executeTakeFirst();
      return row?.next_at;
    },

    async holdCopy({ videoId, claim }, untilMs) {
      const held = await db
        .updateTable('copy')
        .set({ next_at: untilMs })
        .where('video_id', '=', videoId)
        .where('claim', '=', claim)
        .executeTakeFirst();
      return held.numUpdatedRows === 1n;
    },

    async settleCopy({ videoId, claim }, change) {
      const settled = await db
        .updateTable('copy')
        .set({ ...columnsOf(change), claim: '' })
        .where('video_id', '=', videoId)
        // Whoever took so long that another began meanwhile has nothing to say any more.
        .where('claim', '=', claim)
        .executeTakeFirst();
      return settled.numUpdatedRows === 1n;
    },

    async sendCopy(videoId, nowMs) {
      const asked = await db
        .updateTable('copy')
        .set({ state: 'sending', next_at: nowMs, attempts: 0, last_error: '' })
        .where('video_id', '=', videoId)
        .where('state', 'in', ['kept', 'sending', 'sent'])
        .where('claim', '=', '')
        .executeTakeFirst();
      return asked.numUpdatedRows === 1n;
    },

    async remakeCopies(heldIn, nowMs) {
      const there = new Set(heldIn);
      const rows = await db
        .selectFrom('copy')
        .select('session_id')
        .distinct()
        .where('is_held', '=', 1)
        .execute();
      const missing = rows.flatMap(({ session_id: id }) => (there.has(id) ? [] : [id]));
      let count = 0;
      for (const sessionId of missing) {
        const gone = () =>
          db.updateTable('copy').where('session_id', '=', sessionId).where('is_held', '=', 1);
        const again = await gone()
          .set({ state: 'lost', is_held: 0, next_at: nowMs, attempts: 0, last_error: '' })
          .where('state', 'in', ['kept', 'sent'])
          .executeTakeFirst();
        // In somebody's hands or not: whoever sends it looks once more when it arrived, and whoever removes it has nothing to do.
        const others = await gone().set({ is_held: 0 }).executeTakeFirst();
        count += Number(again.numUpdatedRows + others.numUpdatedRows);
      }
      return count;
    },
  };
}

/** To be called in the transaction that makes the videos: from then on they are to be copied. */
export async function putCopies(tx: Kysely<Tables>, videos: readonly VideoRecord[]): Promise<void> {
  for (const { id, sessionId, createdAt } of videos) {
    const session = await tx
      .selectFrom('capture_session')
      .select(['tenant_id', 'collection_id', 'environment'])
      .where('id', '=', sessionId)
      .executeTakeFirstOrThrow();
    const nothing = { is_held: 0, attempts: 0, next_at: 0, claim: '', last_error: '', sent_to: '' };
    await tx
      .insertInto('copy')
      .values({
        ...{ video_id: id, session_id: sessionId, state: 'new', created_at: createdAt },
        ...session,
        ...{ ...nothing, sent_at: null },
      })
      .execute();
  }
}

function columnsOf(change: CopyChange) {
  const { state, isHeld, attempts, nextAt, lastError, sentTo, sentAt } = change;
  const all = {
    state,
    is_held: isHeld === undefined ? undefined : Number(isHeld),
    attempts,
    next_at: nextAt,
    last_error: lastError,
    sent_to: sentTo,
    sent_at: sentAt,
  };
  // What is not named stays as it is.
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function toCopy(row: Selectable<Tables['copy']>): CopyRecord {
  return {
    videoId: row.video_id,
    sessionId: row.session_id,
    tenantId: row.tenant_id,
    collectionId: row.collection_id,
    environment: environment.parse(row.environment),
    state: row.state,
    isHeld: row.is_held === 1,
    attempts: row.attempts,
    nextAt: row.next_at,
    lastError: row.last_error,
    sentTo: row.sent_to,
    sentAt: row.sent_at,
    createdAt: row.created_at,
  };
}
