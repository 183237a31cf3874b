import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';

/** Seconds that a proof may be away from the clock of the service. */
const PROOF_WINDOW_S = 60;

/** Tokens that came from one another by renewal; all are bound to the key that showed the first. */
export type TokenFamily = { jkt: string | undefined };

export type ShownToken = {
  readonly method: string;
  /** The whole address, without its query. */
  readonly url: string;
  readonly token: string;
  readonly proof: string | undefined;
  readonly nowMs: number;
};

// RFC 9449, section 4.2. Nothing else belongs in a proof of ours.
const claims = z.strictObject({
  jti: z.string().min(16),
  htm: z.string(),
  htu: z.string(),
  iat: z.int(),
  ath: z.string(),
});

/** The tokens of a media service for tests, as strict with proofs as RFC 9449 allows. */
export function testTokens(first: string) {
  const families = new Map<string, TokenFamily>([[first, { jkt: undefined }]]);
  const used = new Set<string>();
  /** Why proofs were refused. */
  const refused: string[] = [];

  function issue(family: TokenFamily = { jkt: undefined }): string {
    const token = `st-${randomBytes(8).toString('hex')}`;
    families.set(token, family);
    return token;
  }

  /** The family of a token that was shown by its holder. Errors: `token-expired`, `proof-refused`. */
  async function check(shown: ShownToken): Promise<Result<TokenFamily>> {
    const family = families.get(shown.token);
    if (family === undefined) return fail('token-expired');
    const flaw = await flawOf(shown, family);
    if (flaw === undefined) return ok(family);
    refused.push(flaw);
    return fail('proof-refused', flaw);
  }

  async function flawOf(
    { method, url, token, proof, nowMs }: ShownToken,
    family: TokenFamily,
  ): Promise<string | undefined> {
    if (proof === undefined) return 'there is none';
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: ['ES256'],
      typ: 'dpop+jwt',
      currentDate: new Date(nowMs),
    }).catch(() => undefined);
    if (verified === undefined) return 'its signature does not hold';
    const { jwk } = verified.protectedHeader;
    const said = claims.safeParse(verified.payload);
    if (!said.success || jwk === undefined) return 'its form is another';
    const { jti, htm, htu, iat, ath } = said.data;
    if (htm !== method) return `it is for ${htm}`;
    if (htu !== url) return `it is for ${htu}`;
    if (Math.abs(iat - nowMs / 1000) > PROOF_WINDOW_S)
      return `it is ${iat - Math.round(nowMs / 1000)} s away`;
    if (ath !== createHash('sha256').update(token).digest('base64url')) return 'it is for another token';
    if (used.has(jti)) return 'it was used before';
    used.add(jti);
    const jkt = await calculateJwkThumbprint(jwk);
    family.jkt ??= jkt;
    return family.jkt === jkt ? undefined : 'it is by another key';
  }

  return { families, issue, check, refused };
}
