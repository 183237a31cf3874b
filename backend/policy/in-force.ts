import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_POLICY, POLICY_TYP, type Policy, strictest } from '../../contract/policy.ts';
import type { Signer } from '../secrets/signer.ts';
import type { PolicyOf, SessionRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

export type SignedPolicy = { readonly policy: Policy; readonly jws: string };

/** The policy in force, signed; signing is done once per version. */
export type Policies = {
  inForce(of: PolicyOf): Promise<SignedPolicy>;
};

export function policiesOf(store: Store, signer: Signer, clock: () => number): Policies {
  const signed = new Map<string, SignedPolicy>();
  return {
    async inForce({ tenantId, collectionId }) {
      const policy = (await store.policy({ tenantId, collectionId })) ?? DEFAULT_POLICY;
      const name = JSON.stringify([tenantId, collectionId]);
      const before = signed.get(name);
      // Not by its version: a collection that was deleted may have come again under the same name.
      if (before !== undefined && isDeepStrictEqual(before.policy, policy)) return before;
      const claims = { tenant: tenantId, collection: collectionId, iat: Math.floor(clock() / 1000), policy };
      const next = { policy, jws: await signer.sign(POLICY_TYP, claims) };
      signed.set(name, next);
      return next;
    },
  };
}

/** What a session has to obey: what it was started under and what is in force, whichever is stricter. */
export async function policyFor(policies: Policies, session: SessionRecord): Promise<Policy> {
  const { policy } = await policies.inForce(session);
  return session.policy === null ? policy : strictest(session.policy, policy);
}
