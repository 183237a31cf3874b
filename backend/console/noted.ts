import type { Result } from '../../contract/result.ts';
import { idIn, outcomeOf } from '../audit/calls.ts';
import { concernedIn, ERASING } from '../audit/log.ts';
import { isKnown } from '../rights/known.ts';
import { type Concerned, ENVIRONMENTS } from '../store/records.ts';
import type { Answer, Call, ConsoleRoute } from './page.ts';
import { sessionOf } from './within.ts';

/**
 * Whom an action concerns: looked up before it is done, while they are still there. Of somebody unknown
 * nothing is to be held, and of an erasure nothing that leads back.
 */
export async function concernedBy(
  call: Call,
  { does }: Pick<ConsoleRoute, 'does'>,
): Promise<Concerned | null> {
  const { parts, admin, params, query, form } = call;
  if (does === null || does === ERASING) return null;
  const person = form.get('person') ?? query.get('person') ?? '';
  const { tenantId } = admin;
  if (person !== '') {
    // The console sees both environments: it is in their log where they are known, production's first.
    for (const environment of ENVIRONMENTS)
      if (await isKnown(parts, tenantId, person, environment))
        return concernedIn(parts.keyring, { tenantId, environment, endUserId: person });
    return null;
  }
  const session = params.id === undefined ? undefined : await sessionOf(call, params.id);
  return session === undefined ? null : concernedIn(parts.keyring, session);
}

/** Notes what an admin did in the console, as a call of the API is noted. */
export async function noteDone(
  { parts, admin, params, about }: Call,
  { does }: Pick<ConsoleRoute, 'does'>,
  concerned: Concerned | null,
  result: Result<Answer>,
): Promise<void> {
  if (does === null) return;
  if (result.ok && result.value.kind === 'page' && (result.value.status ?? 200) >= 400) return;
  await parts.audit.note({
    tenantId: admin.tenantId,
    actor: `admin:${admin.id}`,
    action: does,
    object: idIn(about.object ?? params.id ?? params.c ?? ''),
    outcome: outcomeOf(result),
    reason: result.ok ? (about.reason ?? '') : result.error.code,
    concerned,
  });
}
