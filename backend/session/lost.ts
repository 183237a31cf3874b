import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { endStreams } from './end.ts';
import { newsOf } from './tell.ts';

const UNSTARTED_SECONDS = 24 * 3600;
const SILENT_SECONDS = 3600;

/**
 * Fails the sessions that will not be heard of again: those nobody started for a day, and those of which nothing is kept and
 * whose client has had no valid token for an hour. A session of which something is kept waits, however long: its client
 * still has what is missing here.
 */
async function failLost(parts: Parts): Promise<void> {
  const now = Math.floor(parts.clock() / 1000);
  const lost = () => parts.store.lostSessions(now - UNSTARTED_SECONDS, now - SILENT_SECONDS);
  for (const id of await lost())
    await parts.turns(id, async () => {
      const session = await parts.store.session(id);
      // It may have been started, or been given a token, while this waited for its turn.
      if (session === undefined || !(await lost()).includes(id)) return;
      const error = session.status === 'created' ? 'never started' : 'nothing more was heard of it';
      const news = await newsOf(parts, session, 'failed', { error });
      if (!(await parts.store.moveSession(id, [session.status], 'failed', news.letters))) return;
      await endStreams(parts, await parts.store.streamsOf([id]));
      news.tell();
    });
}

/** Fails them again and again. Answers how to end it. */
export function keepFailingLost(parts: Parts, everyMs: number): () => Promise<void> {
  let failing: Promise<unknown> = Promise.resolve();
  const again = () =>
    parts.alone('lost', () => failLost(parts)).catch((error) => parts.log(faultOf(error, parts.clock())));
  const timer = setInterval(() => {
    failing = failing.then(again);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await failing;
  };
}
