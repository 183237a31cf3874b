import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { canonicalJson } from '../../contract/canonical.ts';
import { CONSENT_TYP, type ConsentReceipt, type ConsentStatement } from '../../contract/consent.ts';
import { MANIFEST_TYP, type ManifestClaims } from '../../contract/delivery-receipt.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';

/** A client with a key of its own: it proves possession of its token and signs consent, as the real one does. */
export type TrialClient = {
  /** RFC 7638 thumbprint of its key. */
  readonly jkt: string;
  proof(of: {
    readonly method: string;
    readonly url: string;
    readonly token: string;
    readonly nowMs: number;
  }): Promise<string>;
  consent(receipt: ConsentReceipt): Promise<string>;
  manifest(claims: ManifestClaims): Promise<string>;
  /** RFC 7638, of its public key. */
  thumbprint(): Promise<string>;
};

export async function newClient(): Promise<TrialClient> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    proof: ({ method, url, token, nowMs }) =>
      new SignJWT({
        jti: randomUUID(),
        htm: method,
        htu: url.split('?')[0],
        iat: Math.floor(nowMs / 1000),
        ath: createHash('sha256').update(token).digest('base64url'),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .sign(privateKey),
    consent: (receipt) =>
      new SignJWT(receipt).setProtectedHeader({ alg: 'ES256', typ: CONSENT_TYP, jwk }).sign(privateKey),
    manifest: (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: MANIFEST_TYP, jwk }).sign(privateKey),
    thumbprint: () => calculateJwkThumbprint(jwk),
  };
}

/** The client of a test that does not care which. */
export const SOME_CLIENT = await newClient();

/** The receipt of a person who agreed to these channels, `+` in front of one that is kept, under this policy. */
export function receiptOf(
  sessionId: string,
  channels: readonly string[],
  policy: Policy = DEFAULT_POLICY,
  more: Partial<ConsentStatement> = {},
): ConsentReceipt {
  const { organisation, purpose, retentionDays, recipients, localCopy, maxSessionMinutes, version } = policy;
  const statement: ConsentStatement = {
    ...{ sessionId, endUserId: 'ada', organisation, purpose, retentionDays, recipients, localCopy },
    ...{ policyVersion: version, maxSessionMinutes, text: 'I agree.', locale: 'en' },
    channels: channels.map((channel) => {
      const id = channel.replace(/^\+/, '');
      return { id, name: id, mode: channel.startsWith('+') ? 'keep' : 'live' };
    }),
    ...more,
  };
  const statementSha256 = createHash('sha256').update(canonicalJson(statement)).digest('hex');
  return { statement, statementSha256, agreedAt: '2030-01-01T00:00:00.000Z', act: 'window' };
}
