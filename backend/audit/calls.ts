import type { Context } from 'hono';
import type { AuditOutcome } from '../../contract/audit.ts';
import { REMEDIES } from '../../contract/errors.ts';
import type { Result } from '../../contract/result.ts';
import { type Admitted, actorOf, type Caller, type Nobody } from '../access/caller.ts';
import { addressOf } from '../http/address.ts';
import type { Parts } from '../parts.ts';
import { isKnown } from '../rights/known.ts';
import type { Concerned } from '../store/records.ts';
import { FIRST_TENANT } from '../store/trust-tables.ts';
import { concernedIn, ERASING } from './log.ts';

type Called = {
  readonly does: string | null;
  readonly isFrequent: boolean;
  readonly params: { readonly [name: string]: string };
};

/** What only the handler of a call knows of it. */
export type About = {
  /** Id of what was made, or of what the body names. */
  object?: string;
  /** Why, or as what, it was done: a role, a version. */
  reason?: string;
};

/**
 * Begins the entry of one call: whom it concerns is looked up now, while it is still there. What came of it writes the
 * entry before the answer leaves, and where that cannot be done the call fails; what it changed is changed all the same.
 */
export async function noteCall(
  parts: Parts,
  caller: Caller | Nobody,
  { does, isFrequent, params }: Called,
): Promise<(result: Result<unknown>, about: About) => Promise<void>> {
  if (does === null || caller.by === 'nobody') return async () => undefined;
  const object = params.id ?? params.c ?? '';
  const concerned = isFrequent ? null : await concernedFor(parts, caller, does, params);
  return async (result, about) => {
    if (isFrequent && (result.ok || ![401, 403].includes(REMEDIES[result.error.code].http))) return;
    await parts.audit.note({
      tenantId: caller.tenantId,
      actor: actorOf(caller),
      action: does,
      object: idIn(about.object ?? object),
      outcome: outcomeOf(result),
      reason: result.ok ? (about.reason ?? '') : result.error.code,
      concerned: about.object === undefined ? concerned : await concernedOf(parts, caller, about.object),
    });
  };
}

/** What came of it. An erasure that is not signed for yet is done: what was held is gone. */
export function outcomeOf(result: Result<unknown>): AuditOutcome {
  if (result.ok || result.error.code === 'erasure-waits') return 'done';
  return result.error.code === 'internal' ? 'failed' : 'refused';
}

/**
 * A call that was refused for who makes it. By nobody that is known here it goes into the log of the first tenant, which is
 * whoever runs the service.
 */
export function noteStranger(
  parts: Parts,
  context: Context,
  does: string | null,
  { error, suspect = { tenantId: FIRST_TENANT, actor: 'nobody' } }: Exclude<Admitted<never>, { ok: true }>,
): Promise<void> {
  const refused = { ...suspect, action: does ?? 'unknown.call', object: '', reason: error.code };
  // Whoever is known and may not do it is no stranger: a role that is missing is no attempt at a key.
  if (suspect.actor !== 'nobody') return parts.audit.note({ ...refused, outcome: 'refused' });
  return parts.strangers.refused({ ...refused, address: addressOf(context, parts.behindProxy) });
}

/** Whom a call concerns. Of somebody unknown nothing is to be held, and of an erasure nothing that leads back. */
async function concernedFor(
  parts: Parts,
  caller: Caller,
  does: string,
  params: Called['params'],
): Promise<Concerned | null> {
  const { tenantId, environment } = caller;
  const { end_user_id: endUserId } = params;
  if (endUserId === undefined) return concernedOf(parts, caller, params.id ?? params.c ?? '');
  if (does === ERASING || !(await isKnown(parts, tenantId, endUserId, environment))) return null;
  return concernedIn(parts.keyring, { tenantId, environment, endUserId });
}

/** The person a session, stream or video is of; null where there is none such within reach of the caller. */
async function concernedOf(parts: Parts, caller: Caller, object: string): Promise<Concerned | null> {
  const sessionId = await parts.store.sessionIdOf(caller, object);
  const session = sessionId === undefined ? undefined : await parts.store.session(sessionId);
  return session === undefined ? null : concernedIn(parts.keyring, session);
}

/** Our ids have 22 letters after their prefix, our secrets 43: what was shown in the place of an id is not kept. */
const ID = /^([a-z]{3}-[A-Za-z0-9_-]{1,32}|[a-z0-9][a-z0-9_-]{0,63})$/;

/** An id as it may stand in the log; empty for anything else. */
export function idIn(object: string): string {
  return ID.test(object) ? object : '';
}
