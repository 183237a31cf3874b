import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import type { Environment } from '../store/records.ts';

/** An event that could not be delivered. Of its address only the host is told: the rest may hold what grants access. */
export type DeadLetter = {
  readonly id: string;
  readonly event: string;
  readonly sessionId: string | null;
  /** Null: the tenant's own address. */
  readonly host: string | null;
  /** Unix time in milliseconds, from when on its delivery was tried. */
  readonly since: number;
  readonly attempts: number;
  readonly lastError: string;
};

const MOST = 1000;

/** Oldest first, a thousand at most. `environment`: only what those with a key of that environment may know of. */
export async function deadLetters(
  { store }: Parts,
  tenantId: string,
  environment?: Environment,
): Promise<DeadLetter[]> {
  const dead = await store.deadLetters(tenantId, MOST);
  return dead
    .filter((letter) => isFor(letter.environment, environment))
    .map(({ id, event, sessionId, url, since, attempts, lastError }) => ({
      ...{ id, event, sessionId, since, attempts, lastError },
      host: url === null ? null : new URL(url).host,
    }));
}

/** Tries a dead letter anew, for another day. Error: `event-unknown`. */
export async function resend(
  parts: Parts,
  tenantId: string,
  id: string,
  environment?: Environment,
): Promise<Result<void>> {
  const dead = await parts.store.deadLetter(tenantId, id);
  const isKnown = dead !== undefined && isFor(dead.environment, environment);
  if (!isKnown || !(await parts.store.reviveLetter(id, parts.clock()))) return fail('event-unknown', id);
  parts.events.wake();
  return ok(undefined);
}

function isFor(of: Environment | null, wanted: Environment | undefined): boolean {
  return of === null || wanted === undefined || of === wanted;
}
