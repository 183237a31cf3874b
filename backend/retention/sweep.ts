import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { deleteSession } from '../session/delete.ts';
import type { Environment } from '../store/records.ts';
import { isClockBelieved } from './clock-jump.ts';
import { allDue, type Due } from './due.ts';

/** What a sweep would delete now; changes nothing. `environment`: null for both. */
export async function dueNow(
  parts: Pick<Parts, 'store' | 'policies' | 'clock'>,
  tenantId: string,
  environment: Environment | null = null,
): Promise<Due[]> {
  const due: Due[] = [];
  for await (const each of allDue(parts, tenantId, environment)) due.push(each);
  return due;
}

/**
 * Deletes every session of a tenant whose time is over, one after the other, and answers how many. Cut short, the next one
 * goes on with what is left: nothing is remembered but the sessions themselves.
 */
export async function sweepTenant(
  parts: Parts,
  tenantId: string,
  environment: Environment | null = null,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0;
  for await (const due of allDue(parts, tenantId, environment)) {
    if (signal?.aborted === true) break;
    if (await expire(parts, tenantId, due)) count += 1;
  }
  return count;
}

/** All tenants, where the clock is believed; what fails in one of them is told, and the others are swept. */
export async function sweepAll(parts: Parts, signal?: AbortSignal): Promise<void> {
  if (!(await isClockBelieved(parts))) return;
  for (const { id } of await parts.store.tenants())
    await sweepTenant(parts, id, null, signal).catch((error) => parts.log(faultOf(error, parts.clock())));
}

async function expire(parts: Parts, tenantId: string, due: Due): Promise<boolean> {
  const { sessionId, days, agreedVersion, versionInForce, concerned } = due;
  // Somebody else may have deleted it since it was found.
  if ((await parts.store.session(sessionId)) === undefined) return false;
  const entry = {
    tenantId,
    actor: 'system',
    action: 'session.expire',
    object: sessionId,
    reason: `${days} days, policy ${agreedVersion ?? '-'} agreed, ${versionInForce} in force`,
    concerned,
  };
  // First the word, then the deed: cut short between them, the next sweep says it again rather than never.
  await parts.audit.note({ ...entry, outcome: 'done' });
  try {
    return (await deleteSession(parts, sessionId)).ok;
  } catch (error) {
    await parts.audit.note({ ...entry, outcome: 'failed', reason: 'internal' });
    throw error;
  }
}
