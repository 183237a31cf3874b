import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type KeySet, keySet } from '../../contract/wire.ts';

/** The signing key of a media service for tests. What it signs is put together by hand, as RFC 7515 and RFC 8037 have it. */
export type TestSigner = ReturnType<typeof testSigner>;

export function testSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  // RFC 7638, section 3: the required members, in this order.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  const keys: KeySet = keySet.parse({
    keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }],
  });
  return {
    kid,
    keys,
    sign: (typ: string, claims: object): string => {
      const content = [{ alg: 'EdDSA', typ, kid }, claims]
        .map((part) => encoded(JSON.stringify(part)))
        .join('.');
      return `${content}.${encoded(sign(null, Buffer.from(content), privateKey))}`;
    },
  };
}

function encoded(content: string | Buffer): string {
  return Buffer.from(content).toString('base64url');
}
