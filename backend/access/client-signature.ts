import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, errors } from 'jose';
import { isCompactJws } from '../../contract/jws.ts';

/** What a client signed, not yet looked at; or why nobody vouches for it. */
export type Opened =
  | { readonly ok: true; readonly claims: unknown }
  | { readonly ok: false; readonly why: string };

/** Opens a compact JWS (RFC 7515, ES256) of this `typ`, signed with the very key of this thumbprint (RFC 7638). */
export async function openedBy(jkt: string | null, typ: string, jws: string): Promise<Opened> {
  if (!isCompactJws(jws)) return { ok: false, why: 'it cannot be verified' };
  try {
    const { payload, protectedHeader } = await compactVerify(jws, EmbeddedJWK, { algorithms: ['ES256'] });
    const { typ: said, jwk } = protectedHeader;
    if (said !== typ || jwk === undefined || (await calculateJwkThumbprint(jwk)) !== jkt)
      return { ok: false, why: 'it is not signed with the key of the token' };
    return { ok: true, claims: JSON.parse(Buffer.from(payload).toString('utf8')) };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
      return { ok: false, why: 'it cannot be verified' };
    throw error;
  }
}
