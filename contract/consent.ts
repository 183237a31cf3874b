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
