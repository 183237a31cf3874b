import { COUNTERSIGNED_TYP, countersignedConsent } from '../../contract/consent.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import type { ClientKey } from '../auth/client-key.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';

/**
 * The receipt as the service holds it, where it signed exactly the one that was sent, as ours. Without it nothing would
 * prove later what was agreed to. Errors: `not-now` where the session was started by another receipt, which is somebody
 * else's to record into; `service-failed` where it says nothing that holds.
 */
export async function countersignedBy(
  server: string,
  { session_id: sessionId, consent_jws: jws }: Pick<SessionView, 'session_id' | 'consent_jws'>,
  sent: string,
  {
    policies,
    key,
  }: { readonly policies: Pick<PolicyKeeper, 'opened'>; readonly key: Pick<ClientKey, 'jkt'> },
): Promise<Result<string>> {
  if (jws === null) return fail('service-failed', 'the consent is not countersigned');
  const opened = await policies.opened(server, jws, COUNTERSIGNED_TYP);
  const claims = countersignedConsent.safeParse(opened.ok ? opened.value : undefined);
  if (!claims.success || claims.data.session_id !== sessionId)
    return fail('service-failed', 'the consent is not countersigned as it was given');
  const isOurs = claims.data.receipt === sent && claims.data.jkt === (await key.jkt());
  return isOurs ? ok(jws) : fail('not-now', 'the session was started by another consent');
}
