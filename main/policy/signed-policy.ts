import { canonicalJson } from '../../contract/canonical.ts';
import { POLICY_TYP, type PolicyClaims, policyClaims } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import { openSigned, type ServiceKey } from './signed.ts';

/** What a session is told of its policy: in the clear, and signed. */
export type ToldPolicy = Pick<SessionView, 'policy' | 'policy_jws' | 'collection_id'>;

/**
 * The policy of a session view, where the signature holds and says the same as the view: the same policy, for the same
 * collection. Error: `policy-untrusted`.
 */
export async function verifiedPolicy(told: ToldPolicy, key: ServiceKey): Promise<Result<PolicyClaims>> {
  const opened = await policyIn(told.policy_jws, key);
  if (!opened.ok) return opened;
  if (opened.value.collection !== told.collection_id)
    return fail('policy-untrusted', 'it is the policy of another collection');
  if (canonicalJson(opened.value.policy) !== canonicalJson(told.policy))
    return fail('policy-untrusted', 'what is shown is not what was signed');
  return opened;
}

/** The claims of a signed policy, whoever's it is. Error: `policy-untrusted`. */
export async function policyIn(jws: string, key: ServiceKey): Promise<Result<PolicyClaims>> {
  const opened = await openSigned(jws, key, POLICY_TYP);
  if (!opened.ok) return opened;
  const claims = policyClaims.safeParse(opened.value);
  return claims.success ? ok(claims.data) : fail('policy-untrusted', 'what was signed is no policy');
}
