import { setImmediate } from 'node:timers/promises';
import { type Policy, strictest } from '../../contract/policy.ts';
import type { Parts } from '../parts.ts';
import type { Concerned, Environment, SessionAge } from '../store/records.ts';

/** A session whose time is over, and by which word of the admin's. */
export type Due = {
  readonly sessionId: string;
  readonly collectionId: string;
  readonly days: number;
  /** Unix time in seconds, from when it is due. */
  readonly since: number;
  /** Version of the policy it was started under; null where it never was. */
  readonly agreedVersion: number | null;
  readonly versionInForce: number;
  readonly concerned: Concerned;
};

const DAY = 86_400;

/** Undefined where it stays. `nowMs` is Unix time. */
export function dueOf(session: SessionAge, inForce: Policy, nowMs: number): Due | undefined {
  const { policy: agreed } = session;
  const { retentionDays: days } = agreed === null ? inForce : strictest(agreed, inForce);
  if (days === null) return undefined;
  // Its client is there still, whatever of it is kept.
  const isUnderWay = session.endedAt === null && (session.tokensUntil ?? 0) * 1000 > nowMs;
  if (isUnderWay) return undefined;
  const since = (session.endedAt ?? lastHeard(session)) + days * DAY;
  if (nowMs < since * 1000) return undefined;
  return {
    ...{ sessionId: session.id, collectionId: session.collectionId, days, since },
    concerned: { subject: session.subject, environment: session.environment },
    ...{ agreedVersion: agreed?.version ?? null, versionInForce: inForce.version },
  };
}

/** Of one that has not ended: what it holds may be seconds old, whenever it was made. */
function lastHeard({ lastFragmentAt, startedAt, createdAt }: SessionAge): number {
  return lastFragmentAt ?? startedAt ?? createdAt;
}

const PAGE = 50;

/** Every session of a tenant whose time is over, by id, one page of the store at a time. */
export async function* allDue(
  { store, policies, clock }: Pick<Parts, 'store' | 'policies' | 'clock'>,
  tenantId: string,
  environment: Environment | null,
): AsyncGenerator<Due> {
  for (let after: string | undefined; ; ) {
    // Nothing is due before a day has passed: that is the shortest time a policy can say.
    const createdBefore = Math.floor(clock() / 1000) - DAY;
    const page = await store.sessionAges({ tenantId, environment, createdBefore, after, limit: PAGE });
    for (const session of page) {
      after = session.id;
      const due = dueOf(session, (await policies.inForce(session)).policy, clock());
      if (due !== undefined) yield due;
    }
    if (page.length < PAGE) return;
    // There may be many, and fragments arrive meanwhile.
    await setImmediate();
  }
}
