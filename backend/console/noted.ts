import type { Result } from '../../contract/result.ts';
import { ERASING } from '../audit/calls.ts';
import { isKnown } from '../rights/known.ts';
import type { Answer, Call, ConsoleRoute } from './page.ts';
import { sessionOf } from './within.ts';

/**
 * Whom an action concerns, as a blind index: looked up before it is done, while they are still there. Of somebody unknown
 * nothing is to be held, and of an erasure nothing that leads back.
 */
export async function concernedBy(call: Call, { does }: Pick<ConsoleRoute, 'does'>): Promise<string | null> {
  const { parts, admin, params, query, form } = call;
  if (does === null || does === ERASING) return null;
  const person = form.get('person') ?? query.get('person') ?? '';
  if (person !== '')
    return (await isKnown(parts, admin.tenantId, person))
      ? parts.keyring.subjectOf(admin.tenantId, person)
      : null;
  const session = params.id === undefined ? undefined : await sessionOf(call, params.id);
  return session === undefined ? null : parts.keyring.subjectOf(session.tenantId, session.endUserId);
}

/** Notes what an admin did in the console, as a call of the API is noted. */
export async function noteDone(
  { parts, admin, params, about }: Call,
  { does }: Pick<ConsoleRoute, 'does'>,
  subject: string | null,
  result: Result<Answer>,
): Promise<void> {
  if (does === null) return;
  if (result.ok && result.value.kind === 'page' && (result.value.status ?? 200) >= 400) return;
  await parts.audit.note({
    tenantId: admin.tenantId,
    actor: `admin:${admin.id}`,
    action: does,
    object: (about.object ?? params.id ?? params.c ?? '').slice(0, 200),
    outcome: result.ok ? 'done' : 'refused',
    reason: result.ok ? (about.reason ?? '') : result.error.code,
    subject,
  });
}
