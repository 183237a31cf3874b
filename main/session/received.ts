import { DELIVERY_TYP, type DeliveryClaims, deliveryClaims } from '../../contract/delivery-receipt.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import { unsignedChannel } from '../vault/delivery-receipt.ts';
import type { Recording } from '../vault/recording.ts';

/**
 * The service's receipt for a session, where the key that is pinned for it signed that it holds every stored channel as it is
 * here, but for what is cut or erased. What it merely says is no reason to part with a copy. Error: `receipt-untrusted`,
 * which says what it lacks.
 */
export async function receivedBy(
  server: string,
  { delivery_jws: jws }: Pick<SessionView, 'delivery_jws'>,
  recording: Recording,
  policies: Pick<PolicyKeeper, 'opened'>,
): Promise<Result<string>> {
  if (jws === null) return fail('receipt-untrusted', 'there is none');
  const opened = await policies.opened(server, jws, DELIVERY_TYP);
  if (!opened.ok) return fail('receipt-untrusted', opened.error.detail);
  const claims = claimsFor(recording.facts().sessionId, opened.value);
  if (!claims.ok) return claims;
  const unsigned = unsignedChannel(claims.value, recording);
  return unsigned === undefined
    ? ok(jws)
    : fail('receipt-untrusted', `it is not for ${unsigned} as it is here`);
}

/** What was signed, as a receipt for this session. Error: `receipt-untrusted`. */
export function claimsFor(sessionId: string, signed: unknown): Result<DeliveryClaims> {
  const claims = deliveryClaims.safeParse(signed);
  if (!claims.success) return fail('receipt-untrusted', 'what was signed is no receipt');
  return claims.data.session_id === sessionId
    ? ok(claims.data)
    : fail('receipt-untrusted', 'it is for another session');
}
