import { compactVerify, EmbeddedJWK, errors } from 'jose';
import {
  CONSENT_TYP,
  COUNTERSIGNED_TYP,
  type ConsentStatement,
  consentReceipt,
  countersignedConsent,
} from '../../contract/consent.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import type { RecordingFacts } from '../vault/facts.ts';

/**
 * What the person agreed to, as the service countersigned it when this recording began: the only ground on which it may
 * go on. Error: `consent-missing` where nothing signed says so, or it is of another session or person.
 */
export async function heldConsent(
  server: string,
  { sessionId, endUserId, consent }: RecordingFacts,
  policies: Pick<PolicyKeeper, 'opened'>,
): Promise<Result<ConsentStatement>> {
  if (consent === undefined) return fail('consent-missing', 'it is not kept with the recording');
  const opened = await policies.opened(server, consent, COUNTERSIGNED_TYP);
  const held = countersignedConsent.safeParse(opened.ok ? opened.value : undefined);
  if (!held.success || held.data.session_id !== sessionId || held.data.receipt === null)
    return fail('consent-missing', 'the service did not sign it');
  const receipt = await receiptIn(held.data.receipt);
  const statement = receipt?.statement;
  return statement?.sessionId === sessionId && statement.endUserId === endUserId
    ? ok(statement)
    : fail('consent-missing', 'it is of another recording');
}

/** The client's own signature, which the service held against the key of the token. */
async function receiptIn(jws: string) {
  const signed = await compactVerify(jws, EmbeddedJWK, { algorithms: ['ES256'] }).catch(unlessUnverified);
  if (signed?.protectedHeader.typ !== CONSENT_TYP) return undefined;
  return consentReceipt.safeParse(parsed(Buffer.from(signed.payload).toString())).data;
}

/** What does not hold by its signature or its key is none; anything else that is thrown is a bug, and no word on consent. */
function unlessUnverified(error: unknown): undefined {
  if (error instanceof errors.JOSEError || error instanceof DOMException) return undefined;
  throw error;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
