import { kindOf } from '../../contract/channel.ts';
import type { Parts } from '../parts.ts';
import { dueOf } from '../retention/due.ts';
import type { PolicyOf, SessionRecord } from '../store/records.ts';
import type { NewPolicy, UnderWay } from './policy-words.ts';

/** More than this are not counted one by one: a page has to be there within a second. */
const MOST = 1000;

/** What the sessions of a collection do at present, and what a new policy would make of those that are over. */
export async function underWayIn(parts: Parts, of: PolicyOf, wanted: NewPolicy): Promise<UnderWay> {
  const { tenantId, collectionId } = of;
  const sessionsOf = (status: SessionRecord['status']) =>
    parts.store.sessions({ tenantId, collectionId, environment: null, status, limit: MOST });
  const running = (await Promise.all((['starting', 'active', 'paused'] as const).map(sessionsOf))).flat();
  const streams = (await parts.store.streamsOf(running.map(({ id }) => id))).filter(
    ({ revokedAt }) => revokedAt === null,
  );
  const nowSeconds = parts.clock() / 1000;
  return {
    recording: (kind, modes) =>
      new Set(
        streams
          .filter(
            ({ channelId, store }) => kindOf(channelId) === kind && modes.includes(store ? 'keep' : 'live'),
          )
          .map(({ sessionId }) => sessionId),
      ).size,
    longerThan: (minutes) =>
      running.filter(({ startedAt }) => startedAt !== null && startedAt + minutes * 60 <= nowSeconds).length,
    due: await dueUnder(parts, of, wanted),
  };
}

async function dueUnder(
  { store, clock }: Parts,
  { tenantId, collectionId }: PolicyOf,
  wanted: NewPolicy,
): Promise<number> {
  if (wanted.retentionDays === null) return 0;
  const createdBefore = Math.floor(clock() / 1000);
  const policy = { ...wanted, version: 1 };
  let count = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.sessionAges({ tenantId, environment: null, createdBefore, after, limit: MOST });
    for (const session of page)
      if (session.collectionId === collectionId && dueOf(session, policy, clock()) !== undefined) count += 1;
    after = page.at(-1)?.id;
    if (page.length < MOST) return count;
  }
}
