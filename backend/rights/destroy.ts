import type { Parts } from '../parts.ts';
import { leftAt, noteLeft, placesOf } from '../redundancy/left.ts';
import { tombstoneOf } from '../session/delete.ts';
import { endStreams } from '../session/end.ts';
import { newsOf } from '../session/tell.ts';
import type { RightsRecord, SessionRecord } from '../store/records.ts';
import type { Turns } from '../turns.ts';
import type { AboutRequest } from './requests.ts';

export type Erased = AboutRequest['erased'] & Pick<AboutRequest, 'copiesLeft'>;

/** Notes in a request, within the transaction that destroys, what that destroyed. */
type NoteErased = {
  readonly id: string;
  readonly change: (record: RightsRecord, erased: Erased) => RightsRecord;
};

/**
 * Destroys the keys of these sessions and all that the database knows of them, at once; answers what went. Their blobs, which
 * nobody can open any more, are left to the caller.
 */
export async function destroySessions(
  parts: Parts,
  sessions: readonly SessionRecord[],
  note?: NoteErased,
): Promise<Erased> {
  const ids = sessions.map(({ id }) => id).sort();
  return inTurns(parts.turns, ids, async () => {
    const streams = await parts.store.streamsOf(ids);
    const places = await placesOf(parts, ids);
    const erased = (gone: readonly string[]): Erased => {
      const their = <T extends { readonly sessionId: string }>(all: readonly T[]) =>
        all.filter(({ sessionId }) => gone.includes(sessionId));
      return {
        sessions: [...gone],
        recordings: their(streams).flatMap(({ id, store, fragments }) =>
          store && fragments > 0 ? [id] : [],
        ),
        copiesLeft: leftAt(their(places)),
      };
    };
    const news = await Promise.all(sessions.map((session) => newsOf(parts, session, 'deleted')));
    await noteLeft(parts, places);
    const gone = await parts.store.eraseSessions({
      tombstones: await Promise.all(sessions.map((session) => tombstoneOf(parts, session, null))),
      tell: news.flatMap(({ letters }) => letters),
      request: note && {
        id: note.id,
        change: (record, those) => note.change(record, erased(those)),
      },
    });
    await parts.store.scrub();
    await endStreams(parts, streams);
    for (const each of news) each.tell();
    return erased(gone);
  });
}

/** All their turns at once; in the order of ids, so that two of these never wait for each other. */
function inTurns<T>(turns: Turns, ids: readonly string[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = ids;
  return first === undefined ? work() : turns(first, () => inTurns(turns, rest, work));
}
