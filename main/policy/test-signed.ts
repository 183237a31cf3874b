import { type KeyObject, sign } from 'node:crypto';
import { DEFAULT_POLICY, POLICY_TYP, type PolicyClaims } from '../../contract/policy.ts';
import type { TestSigner } from '../delivery/test-signer.ts';
import type { ToldPolicy } from './signed-policy.ts';

export const SERVER = 'https://media.example.com';

export function testClaims(changes: Partial<PolicyClaims> = {}): PolicyClaims {
  return { tenant: 'test', collection: 'default', iat: 1_772_359_200, policy: DEFAULT_POLICY, ...changes };
}

/** What a session would be told of a policy by the service that holds this key. */
export function toldBy(signer: TestSigner, changes: Partial<PolicyClaims> = {}): ToldPolicy {
  const claims = testClaims(changes);
  const { policy, collection: collection_id } = claims;
  return { policy, collection_id, policy_jws: signer.sign(POLICY_TYP, claims) };
}

/** A compact JWS with any header, put together by hand as RFC 7515 has it. */
export function signedWith(privateKey: KeyObject, header: object, claims: object): string {
  const content = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${sign(null, Buffer.from(content), privateKey).toString('base64url')}`;
}
