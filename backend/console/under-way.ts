import { kindOf } from '../../contract/channel.ts';
import type { Parts } from '../parts.ts';
import type { PolicyOf, SessionRecord } from '../store/store.ts';
import type { UnderWay } from './policy-words.ts';

/** More than this are not counted one by one: a page has to be there within a second. */
const MOST = 1000;

/** What the sessions of a collection do at present. */
export async function underWayIn(parts: Parts, { tenantId, collectionId }: PolicyOf): Promise<UnderWay> {
  const sessionsOf = (status: SessionRecord['status']) =>
    parts.store.sessions({ tenantId, collectionId, environment: null, status, limit: MOST });
  const running = (await Promise.all((['starting', 'active', 'paused'] as const).map(sessionsOf))).flat();
  const streams = (await parts.store.streamsOf(running.map(({ id }) => id))).filter(
    ({ revokedAt }) => revokedAt === null,
  );
  const complete = await sessionsOf('stopped');
  const nowSeconds = parts.clock() / 1000;
  return {
    recording: (kind, mode) =>
      new Set(
        streams
          .filter(({ channelId, store }) => kindOf(channelId) === kind && store === (mode === 'keep'))
          .map(({ sessionId }) => sessionId),
      ).size,
    longerThan: (minutes) =>
      running.filter(({ startedAt }) => startedAt !== null && startedAt + minutes * 60 <= nowSeconds).length,
    olderThan: (days) =>
      complete.filter(({ endedAt }) => endedAt !== null && endedAt + days * 86_400 <= nowSeconds).length,
  };
}
