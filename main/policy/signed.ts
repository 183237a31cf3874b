import { calculateJwkThumbprint, compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { isCompactJws } from '../../contract/jws.ts';
import { fail, ok, type Result } from '../../contract/result.ts';

/** A public key of a media service: Ed25519, as RFC 8037 writes it, with its RFC 7638 thumbprint. */
export type ServiceKey = { readonly kid: string; readonly x: string };

/** Which key a compact JWS (RFC 7515) says it is signed with; undefined where it says none, or is no JWS. */
export function kidOf(jws: string): string | undefined {
  try {
    return decodeProtectedHeader(jws).kid;
  } catch {
    return undefined;
  }
}

/** What a compact JWS says, whoever signed it; undefined where it is none. */
export function payloadOf(jws: string): unknown {
  try {
    return decodeJwt(jws);
  } catch {
    return undefined;
  }
}

/** Whether the key is what its name says: a name is only worth something where it is computed from the key. */
export async function isNamedRight({ kid, x }: ServiceKey): Promise<boolean> {
  return (await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })) === kid;
}

/**
 * What the service signed: by this key, with EdDSA and nothing else, and for this purpose, so that one statement of
 * its never passes for another. Error: `policy-untrusted`, without a word of the content.
 */
export async function openSigned(jws: string, key: ServiceKey, typ: string): Promise<Result<unknown>> {
  if (!isCompactJws(jws)) return fail('policy-untrusted', 'the signature does not hold');
  try {
    const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key.x }, 'EdDSA');
    const { payload, protectedHeader } = await compactVerify(jws, publicKey, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== typ) return fail('policy-untrusted', `it is no ${typ}`);
    if (protectedHeader.kid !== key.kid) return fail('policy-untrusted', 'it names another key');
    return ok(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    // Whatever is wrong with it has one consequence: nobody vouches for it.
    return fail('policy-untrusted', 'the signature does not hold');
  }
}
