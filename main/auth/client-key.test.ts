import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { makeClientKey } from './client-key.ts';

const REQUEST = { method: 'PUT', url: 'https://media.example.com/base/a?b=c#d', token: 'st-secret' };

describe('the key of a client', () => {
  test('[P08] proves each request by itself, and its token without naming it', async () => {
    const key = makeClientKey(() => 1_700_000_000_900);
    const proofs = [await key.proof(REQUEST), await key.proof(REQUEST)];
    for (const proof of proofs) {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
      expect(protectedHeader).toEqual({
        alg: 'ES256',
        typ: 'dpop+jwt',
        jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
      });
      expect(payload).toEqual({
        jti: expect.any(String),
        htm: 'PUT',
        htu: 'https://media.example.com/base/a',
        iat: 1_700_000_000,
        ath: createHash('sha256').update('st-secret').digest('base64url'),
      });
      expect(proof).not.toContain('st-secret');
    }
    const [first, second] = proofs.map((proof) => decodeJwt(proof).jti);
    expect(first).not.toBe(second);
  });

  test('is the same for everything it signs, and another in the next process', async () => {
    const key = makeClientKey();
    const [proof, receipt] = [await key.proof(REQUEST), await key.sign('some+jwt', { a: 1 })];
    for (const signed of [proof, receipt]) {
      const { jwk } = decodeProtectedHeader(signed);
      if (jwk === undefined) throw new Error('no key');
      expect(await calculateJwkThumbprint(jwk)).toBe(await key.jkt());
    }
    expect(decodeProtectedHeader(receipt).typ).toBe('some+jwt');
    expect(decodeJwt(receipt)).toEqual({ a: 1 });
    expect(await makeClientKey().jkt()).not.toBe(await key.jkt());
  });

  test('goes by the clock of each service it has heard of', async () => {
    const key = makeClientKey(() => 1_000_000);
    const iat = async (url: string) => decodeJwt(await key.proof({ ...REQUEST, url })).iat;
    expect(key.heard('https://a.example.com/x', 'Thu, 01 Jan 1970 01:00:00 GMT')).toBe(true);
    expect(await iat('https://a.example.com/y')).toBe(3600);
    expect(await iat('https://b.example.com/y')).toBe(1000);
    for (const nothing of [null, '', 'yesterday'])
      expect(key.heard('https://a.example.com/', nothing)).toBe(false);
    expect(await iat('https://a.example.com/y')).toBe(3600);
  });
});
