import { createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, errors, exportJWK, jwtVerify, SignJWT } from 'jose';
import { isCompactJws } from '../../contract/jws.ts';
import { type KeySet, keySet } from '../../contract/wire.ts';

/** The service's word, as compact JWS (RFC 7515) by Ed25519. */
export type Signer = {
  /** `typ` says what it is, so that one statement never passes for another. */
  sign(typ: string, claims: { readonly [name: string]: unknown }): Promise<string>;
  /** What it says; undefined where this service did not sign it as such. */
  verify(typ: string, jws: string): Promise<{ readonly [name: string]: unknown } | undefined>;
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly keys: KeySet;
};

export async function signerWith(signingKey: KeyObject): Promise<Signer> {
  const publicKey = createPublicKey(signingKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    kid,
    keys: keySet.parse({ keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] }),
    sign: (typ, claims) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(signingKey),
    async verify(typ, jws) {
      if (!isCompactJws(jws)) return undefined;
      try {
        return (await jwtVerify(jws, publicKey, { algorithms: ['EdDSA'], typ })).payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
