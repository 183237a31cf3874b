import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { z } from 'zod';
import { canonicalJson } from '../../contract/canonical.ts';
import {
  CONSENT_TYP,
  COUNTERSIGNED_TYP,
  type ConsentReceipt,
  type ConsentStatement,
  type CountersignedConsent,
  consentReceipt,
  countersignedConsent,
} from '../../contract/consent.ts';
import type { Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { startSessionRequest } from '../../contract/wire.ts';
import { openedBy } from '../access/client-signature.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord, TokenRecord } from '../store/records.ts';

/** What a start asks for, as the contract reads it. */
export type Start = z.output<typeof startSessionRequest>;

/** What is kept of a consent: the digest of its statement, and the receipt with the service's signature over it. */
type HeldConsent = Pick<SessionRecord, 'consentSha256'> & { readonly consentJws: string };

/**
 * Holds the consent receipt of a start against what is to be started, and countersigns it. Whoever can prove possession of
 * a key signs one; a bearer cannot, and the countersignature says so. Error: `consent-missing`.
 */
export async function heldConsent(
  parts: Parts,
  token: TokenRecord,
  session: SessionRecord,
  policy: Policy,
  start: Start,
): Promise<Result<HeldConsent>> {
  const checked =
    token.possession === 'bearer'
      ? ok({ receipt: null, sha256: start.consent_sha256 ?? null })
      : await checkReceipt(token, session, policy, start, parts.clock());
  if (!checked.ok) return checked;
  const { receipt, sha256 } = checked.value;
  const claims: CountersignedConsent = {
    session_id: session.id,
    receipt,
    jkt: token.jkt,
    iat: Math.floor(parts.clock() / 1000),
  };
  return ok({ consentSha256: sha256, consentJws: await parts.signer.sign(COUNTERSIGNED_TYP, claims) });
}

/** The client's receipt that a session was started by; null where there was none. */
export function receiptIn({ consentJws }: Pick<SessionRecord, 'consentJws'>): string | null {
  return consentJws === null ? null : countersignedConsent.parse(decodeJwt(consentJws)).receipt;
}

/** A device's clock may be wrong by hours; the countersignature says when the service took it. */
const CLOCK_SKEW_MS = 24 * 3600_000;

/** A channel with what becomes of it, and which display it is where that was said. */
function named(id: string, mode: string, fingerprint = ''): string {
  return `${id} ${mode} ${fingerprint}`;
}

async function checkReceipt(
  token: TokenRecord,
  session: SessionRecord,
  policy: Policy,
  start: Start,
  nowMs: number,
): Promise<Result<{ readonly receipt: string; readonly sha256: string }>> {
  const { consent_jws: jws, consent_sha256: sha256 } = start;
  if (jws === undefined) return missing('there is no receipt');
  const receipt = await verified(jws, token.jkt);
  if (!receipt.ok) return receipt;
  const { statement, statementSha256 } = receipt.value;
  const digest = createHash('sha256').update(canonicalJson(statement)).digest('hex');
  if (statementSha256 !== digest || (sha256 !== undefined && sha256 !== digest))
    return missing('its digest is another');
  if (statement.sessionId !== session.id || statement.endUserId !== session.endUserId)
    return missing('it is of another session or person');
  if (!isUnder(statement, policy)) return missing('it is to another policy');
  if (Math.abs(Date.parse(receipt.value.agreedAt) - nowMs) > CLOCK_SKEW_MS)
    return missing('it is not of today');
  const agreed = statement.channels.map(({ id, mode, fingerprint }) => named(id, mode, fingerprint)).sort();
  const asked = start.channels
    .map(({ channel_id: id, store, fingerprint }) => named(id, store ? 'keep' : 'live', fingerprint))
    .sort();
  if (canonicalJson(agreed) !== canonicalJson(asked)) return missing('it is to other channels');
  return ok({ receipt: jws, sha256: digest });
}

/** Whether the terms are those of the policy; a device may be stricter with its own copy and the longest time. */
function isUnder(statement: ConsentStatement, policy: Policy): boolean {
  const { maxSessionMinutes: longest } = policy;
  const shown = statement.maxSessionMinutes;
  return (
    statement.policyVersion === policy.version &&
    statement.purpose === policy.purpose &&
    statement.organisation === policy.organisation &&
    statement.retentionDays === policy.retentionDays &&
    canonicalJson(statement.recipients) === canonicalJson(policy.recipients) &&
    (policy.localCopy === 'keep' || statement.localCopy === policy.localCopy) &&
    (longest === null || (shown !== null && shown <= longest))
  );
}

/** The receipt, signed with the very key that the token is bound to. */
async function verified(jws: string, jkt: string | null): Promise<Result<ConsentReceipt>> {
  const opened = await openedBy(jkt, CONSENT_TYP, jws);
  if (!opened.ok) return missing(opened.why);
  const receipt = consentReceipt.safeParse(opened.claims);
  return receipt.success ? ok(receipt.data) : missing('it is not of the form that is expected');
}

function missing(why: string): Result<never> {
  return fail('consent-missing', why);
}
