import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, POLICY_TYP } from '../../contract/policy.ts';
import { DELETION_TYP } from '../../contract/wire.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { kidOf } from './signed.ts';
import { type ToldPolicy, verifiedPolicy } from './signed-policy.ts';
import { signedWith, testClaims, toldBy } from './test-signed.ts';

const service = testSigner();
const stranger = testSigner();
const [published] = service.keys.keys;
const KEY = { kid: service.kid, x: published?.x ?? '' };
const told = toldBy(service);
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const [head, body, signature] = told.policy_jws.split('.');
const looser = { ...DEFAULT_POLICY, bearerClients: true };

test('[P26] a policy that the service signed is what it says', async () => {
  expect(await verifiedPolicy(told, KEY)).toEqual({ ok: true, value: testClaims() });
  expect(kidOf(told.policy_jws)).toBe(service.kid);
});

test('[P26] a header that names another key or another way of signing is no word of this one', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  const right = { alg: 'EdDSA', typ: POLICY_TYP, kid };
  const signedAs = (header: object) => ({
    ...told,
    policy_jws: signedWith(privateKey, header, testClaims()),
  });
  expect(await verifiedPolicy(signedAs(right), { kid, x })).toMatchObject({ ok: true });
  const { kid: _, ...nameless } = right;
  for (const header of [{ ...right, kid: service.kid }, nameless, { ...right, alg: 'Ed25519' }])
    expect(await verifiedPolicy(signedAs(header), { kid, x })).toMatchObject({
      error: { code: 'policy-untrusted' },
    });
});

describe('[P26] nobody vouches for a policy', () => {
  const signedAs = (typ: string, claims: object): ToldPolicy => ({
    ...told,
    policy_jws: service.sign(typ, claims),
  });
  const cases: [string, ToldPolicy][] = [
    ['that another key signed', toldBy(stranger)],
    [
      'that another key signed in the name of the right one',
      {
        ...told,
        policy_jws: [encoded({ alg: 'EdDSA', typ: POLICY_TYP, kid: service.kid })]
          .concat(toldBy(stranger).policy_jws.split('.').slice(1))
          .join('.'),
      },
    ],
    ['that is another statement of the service', signedAs(DELETION_TYP, testClaims())],
    ['that is signed as nothing at all', signedAs('JWT', testClaims())],
    [
      'that is not signed',
      {
        ...told,
        policy_jws: `${encoded({ alg: 'none', typ: POLICY_TYP, kid: service.kid })}.${body}.`,
      },
    ],
    ['whose signature is left out', { ...told, policy_jws: `${head}.${body}.` }],
    [
      'whose content was edited',
      {
        ...told,
        policy: looser,
        policy_jws: `${head}.${encoded(testClaims({ policy: looser }))}.${signature}`,
      },
    ],
    ['that is shown otherwise than it was signed', { ...told, policy: looser }],
    ['of another collection', { ...toldBy(service, { collection: 'other' }), collection_id: 'default' }],
    ['that is missing', { ...told, policy_jws: '' }],
    ['that is no JWS', { ...told, policy_jws: 'a policy' }],
    ['that is none', signedAs(POLICY_TYP, { ...testClaims(), policy: { version: 1 } })],
    ['of nobody', signedAs(POLICY_TYP, { policy: DEFAULT_POLICY })],
  ];
  test.each(cases)('%s', async (_what, told) => {
    const refused = await verifiedPolicy(told, KEY);
    expect(refused).toMatchObject({ ok: false, error: { code: 'policy-untrusted', retryable: false } });
    expect(JSON.stringify(refused)).not.toContain(DEFAULT_POLICY.purpose);
  });
});
