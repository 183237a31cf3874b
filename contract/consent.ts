import { z } from 'zod';
import { type Channel, channel, channelId, channelMode } from './channel.ts';
import { sessionId, sha256Hex } from './fragment.ts';

/** Whether a channel stands for a device that the system may exchange for another one: the default sound devices. */
export function isDefaultSound({ id, kind }: Pick<Channel, 'id' | 'kind'>): boolean {
  return kind !== 'display' && id === `${kind}:default`;
}

/** Which display it is, for everything that says what was recorded. */
export function fingerprintOf({ fingerprint }: { readonly fingerprint?: string }): {
  readonly fingerprint?: string;
} {
  return fingerprint === undefined ? {} : { fingerprint };
}

/** Everything the person is told before they agree. The receipt holds it word for word. */
export const consentStatement = z.object({
  sessionId,
  endUserId: z.string(),
  organisation: z.string(),
  purpose: z.string(),
  retentionDays: z.int().positive().nullable(),
  recipients: z.array(z.string()),
  localCopy: z.enum(['keep', 'purge-after-delivery']),
  policyVersion: z.int(),
  /** Minutes after which the session ends by itself; null: never. */
  maxSessionMinutes: z.int().nullable(),
  /** What was on the screen (or in the terminal) when the person said yes, word for word, and its language (BCP 47). */
  text: z.string().min(1).max(8000),
  locale: z.string().min(2).max(35),
  /** A default device that is followed is named as what it is: `Default microphone, whichever it is`. */
  channels: z
    .array(
      z.object({
        id: channelId,
        name: z.string(),
        mode: channelMode.exclude(['off']),
        follow: z.literal(true).exactOptional(),
        /** Of a display: which one it is, whatever plug it is on. */
        fingerprint: channel.shape.fingerprint,
      }),
    )
    .min(1),
});
export type ConsentStatement = z.infer<typeof consentStatement>;

/** Proof of one act of consent, written to the audit log before the first device opens. */
export const consentReceipt = z.object({
  statement: consentStatement,
  /** SHA-256 over the canonical JSON of the statement (contract/canonical.ts). */
  statementSha256: sha256Hex,
  agreedAt: z.iso.datetime(),
  /** How the person said yes. */
  act: z.enum(['window', 'command-line']),
});
export type ConsentReceipt = z.infer<typeof consentReceipt>;

/** Header `typ` of the receipt as the client signs it (JWS, ES256, with its public key in `jwk`). */
export const CONSENT_TYP = 'tallylight-consent+jwt';
/** Header `typ` of the service's countersignature. */
export const COUNTERSIGNED_TYP = 'tallylight-consent-held+jwt';

/** What the service signs when it has taken a receipt: the client's JWS as it came, and when. */
export const countersignedConsent = z.object({
  session_id: sessionId,
  /** The client's JWS; null where the client cannot sign (`bearerClients`). */
  receipt: z.string().nullable(),
  /** RFC 7638 thumbprint of the key that signed it. */
  jkt: z.string().nullable(),
  /** Unix time in seconds. */
  iat: z.int(),
});
export type CountersignedConsent = z.infer<typeof countersignedConsent>;
