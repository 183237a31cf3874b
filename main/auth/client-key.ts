import { createHash, randomUUID, type webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/**
 * The key of this client: tokens are bound to it (RFC 9449), and it signs what the person agreed to. ES256; it lives in
 * memory as long as the process and cannot be taken out of it.
 */
export type ClientKey = {
  /** RFC 7638 thumbprint of its public key. */
  readonly jkt: () => Promise<string>;
  /** The `dpop` header for one request. `url` is the whole address; its query is not part of the proof. */
  readonly proof: (request: ProvenRequest) => Promise<string>;
  /** A compact JWS of the claims; its header carries `typ` and the public key as `jwk`. */
  readonly sign: (typ: string, claims: { readonly [name: string]: unknown }) => Promise<string>;
  /** The `date` header of an answer: from then on proofs for that server go by its clock. False where it says nothing. */
  readonly heard: (url: string, date: string | null) => boolean;
};

export type ProvenRequest = { readonly method: string; readonly url: string; readonly token: string };

/** `now` is this machine's clock in milliseconds; it may be wrong. The key is made when it is first needed. */
export function makeClientKey(now: () => number = Date.now): ClientKey {
  let made: Promise<{ privateKey: webcrypto.CryptoKey; jwk: JWK }> | undefined;
  /** By origin: how far the clock there is ahead of the one here. */
  const aheadMs = new Map<string, number>();

  function key() {
    made ??= generateKeyPair('ES256', { extractable: false }).then(async ({ privateKey, publicKey }) => ({
      privateKey,
      jwk: await exportJWK(publicKey),
    }));
    return made;
  }
  async function sign(typ: string, claims: { readonly [name: string]: unknown }): Promise<string> {
    const { privateKey, jwk } = await key();
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', typ, jwk }).sign(privateKey);
  }

  return {
    jkt: async () => calculateJwkThumbprint((await key()).jwk),
    sign,
    // RFC 9449, section 4.2.
    proof: ({ method, url, token }) => {
      const { origin, pathname } = new URL(url);
      return sign('dpop+jwt', {
        jti: randomUUID(),
        htm: method,
        htu: origin + pathname,
        iat: Math.floor((now() + (aheadMs.get(origin) ?? 0)) / 1000),
        ath: createHash('sha256').update(token).digest('base64url'),
      });
    },
    heard: (url, date) => {
      const theirs = Date.parse(date ?? '');
      if (Number.isNaN(theirs)) return false;
      aheadMs.set(new URL(url).origin, theirs - now());
      return true;
    },
  };
}

/** The one of this process. */
export const clientKey: ClientKey = makeClientKey();
