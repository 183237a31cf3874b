import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';

/** How far the clock of a client may be off, in seconds; it learns ours from the `date` of every answer. */
const PROOF_TOLERANCE_SECONDS = 60;

/** Most proofs by one key that are remembered: well above what a recorder sends, and a bound for whoever sends more. */
export const MOST_PROOFS_OF_A_KEY = 20_000;

/** Remembers the proofs of the last minutes, so that none is taken twice. */
export type SeenProofs = {
  /** False where it was seen before, or where its key has sent too many. */
  note(proof: Proof, nowMs: number): boolean | Promise<boolean>;
};

/** What a proof shows: the RFC 7638 thumbprint of its key, its own name, and when it was made (Unix time in seconds). */
export type Proof = { readonly jkt: string; readonly jti: string; readonly iat: number };

// One may be made a minute ahead of our clock, and is good for a minute after.
export const REMEMBERED_MS = 2 * PROOF_TOLERANCE_SECONDS * 1000 + 1000;

/**
 * What was seen before this process began is not known to it: a proof from before then is taken for one that was. Whoever
 * made it just then makes another. `ageMs`: how long ago that is, by a clock that nobody sets: a machine that starts with
 * a wrong clock is not to refuse everybody once that is set right.
 */
export function newSeenProofs(ageMs: () => number) {
  const seen = new Map<string, { readonly jkt: string; readonly untilMs: number }>();
  const counts = new Map<string, number>();
  const forget = (name: string, jkt: string) => {
    seen.delete(name);
    const left = (counts.get(jkt) ?? 0) - 1;
    if (left > 0) counts.set(jkt, left);
    else counts.delete(jkt);
  };
  return {
    note({ jkt, jti, iat }: Proof, nowMs: number): boolean {
      if (iat < Math.floor((nowMs - ageMs()) / 1000)) return false;
      // Insertion order is order of time, but for steps of the clock, after which some are kept longer.
      for (const [old, { jkt: its, untilMs }] of seen) {
        if (untilMs > nowMs) break;
        forget(old, its);
      }
      const name = `${jkt} ${jti}`;
      const count = counts.get(jkt) ?? 0;
      if (seen.has(name) || count >= MOST_PROOFS_OF_A_KEY) return false;
      seen.set(name, { jkt, untilMs: nowMs + REMEMBERED_MS });
      counts.set(jkt, count + 1);
      return true;
    },
  } satisfies SeenProofs;
}

type ProofOf = {
  readonly method: string;
  /** Addresses, without query, by which the client may have asked for this. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly nowMs: number;
};

const claims = z.object({
  jti: z.string().min(8).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string(),
});

/**
 * Checks a DPoP proof (RFC 9449, section 4.3), all but whether its key is the right one and whether it was used before.
 * Error: `proof-refused`.
 */
export async function readProof(proof: string, of: ProofOf): Promise<Result<Proof>> {
  if (proof.length > 4096) return refused('it is too long');
  try {
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: ['ES256'],
      typ: 'dpop+jwt',
      currentDate: new Date(of.nowMs),
    });
    const { jwk } = verified.protectedHeader;
    // Whoever sends a private key along has no secret any more.
    if (jwk === undefined || 'd' in jwk) return refused('its key is none');
    const said = claims.safeParse(verified.payload);
    if (!said.success) return refused('its claims are not those of a proof');
    const { jti, htm, htu, iat, ath } = said.data;
    // By ourselves: jose adds its tolerance to the age, and would take one twice as old.
    if (Math.abs(of.nowMs / 1000 - iat) > PROOF_TOLERANCE_SECONDS) return refused('it is not of now');
    if (htm !== of.method || !of.urls.includes(htu)) return refused('it was made for another request');
    if (ath !== createHash('sha256').update(of.token).digest('base64url'))
      return refused('it was made for another token');
    return ok({ jkt: await calculateJwkThumbprint(jwk), jti, iat });
  } catch (error) {
    // What jose throws for anything that is no signed token; what is thrown otherwise is a key it cannot use.
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      return refused('it cannot be verified');
    throw error;
  }
}

function refused(why: string): Result<never> {
  return fail('proof-refused', why);
}
