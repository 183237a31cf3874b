import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose';
import type { z } from 'zod';
import { canonicalJson } from '../../contract/canonical.ts';
import {
  CONSENT_TYP,
  type ConsentReceipt,
  type ConsentStatement,
  consentReceipt,
} from '../../contract/consent.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { StartSessionRequest, startSessionRequest } from '../../contract/wire.ts';
import type { ClientKey } from '../auth/client-key.ts';

/** What a receipt has to fit, as the service of the test knows it. */
export type ConsentPlace = {
  readonly sessionId: string;
  readonly endUserId: string;
  readonly policyVersion: number;
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string | undefined;
};

/** Holds the consent of a start against what is to be started. Error: `consent-missing`, saying what does not fit. */
export async function checkConsent(
  request: z.infer<typeof startSessionRequest>,
  place: ConsentPlace,
): Promise<Result<string>> {
  const { consent_jws: jws, consent_sha256: sha256 } = request;
  if (jws === undefined) return fail('consent-missing', 'no receipt');
  const verified = await compactVerify(jws, EmbeddedJWK, { algorithms: ['ES256'] }).catch(() => undefined);
  const jwk = verified?.protectedHeader.jwk;
  if (verified === undefined || jwk === undefined) return fail('consent-missing', 'the signature');
  if (verified.protectedHeader.typ !== CONSENT_TYP) return fail('consent-missing', 'the type');
  if ((await calculateJwkThumbprint(jwk)) !== place.jkt) return fail('consent-missing', 'the key');
  const receipt = consentReceipt.safeParse(JSON.parse(Buffer.from(verified.payload).toString()));
  if (!receipt.success) return fail('consent-missing', 'the form');
  const { statement, statementSha256 } = receipt.data;
  const digest = createHash('sha256').update(canonicalJson(statement)).digest('hex');
  if (statementSha256 !== digest || sha256 !== digest) return fail('consent-missing', 'the digest');
  if (statement.sessionId !== place.sessionId) return fail('consent-missing', 'the session');
  if (statement.endUserId !== place.endUserId) return fail('consent-missing', 'the person');
  if (statement.policyVersion !== place.policyVersion) return fail('consent-missing', 'the policy version');
  const agreed = statement.channels.map(({ id, mode }) => `${id} ${mode === 'keep'}`).sort();
  const asked = request.channels.map(({ channel_id, store }) => `${channel_id} ${store}`).sort();
  return agreed.join() === asked.join() ? ok(jws) : fail('consent-missing', 'the channels');
}

/** A start that somebody agreed to, as the client would sign it. */
export async function agreedStart(
  key: ClientKey,
  sessionId: string,
  channels: StartSessionRequest['channels'],
  changes: Partial<ConsentStatement> = {},
): Promise<StartSessionRequest> {
  const statement: ConsentStatement = {
    sessionId,
    endUserId: 'ada',
    organisation: 'This device',
    purpose: 'Meeting notes',
    retentionDays: null,
    recipients: ['The media service on this device'],
    localCopy: 'keep',
    policyVersion: 1,
    maxSessionMinutes: null,
    text: 'Record this?',
    locale: 'en',
    channels: channels.map(({ channel_id: id, store }) => ({ id, name: id, mode: store ? 'keep' : 'live' })),
    ...changes,
  };
  const statementSha256 = createHash('sha256').update(canonicalJson(statement)).digest('hex');
  const receipt: ConsentReceipt = {
    statement,
    statementSha256,
    agreedAt: '2026-03-01T10:00:00.000Z',
    act: 'window',
  };
  const jws = await key.sign(CONSENT_TYP, receipt);
  return { session_id: sessionId, channels, consent_sha256: statementSha256, consent_jws: jws };
}
