import type { Result } from '../../contract/result.ts';
import { ERASING, idIn } from '../audit/calls.ts';
import { concernedIn } from '../audit/log.ts';
import { isKnown } from '../rights/known.ts';
import type { Concerned } from '../store/records.ts';
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
  // The console sees both environments; what is done there is done in production.
  const inProduction = { tenantId, environment: 'production', endUserId: person } as const;
  if (person !== '')
    return (await isKnown(parts, tenantId, person, null)) ? concernedIn(parts.keyring, inProduction) : null;
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
    outcome: result.ok ? 'done' : result.error.code === 'internal' ? 'failed' : 'refused',
    reason: result.ok ? (about.reason ?? '') : result.error.code,
    concerned,
  });
}
