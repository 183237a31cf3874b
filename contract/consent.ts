import { z } from 'zod';
import { channelId, channelMode } from './channel.ts';
import { sessionId, sha256Hex } from './fragment.ts';

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
  channels: z.array(z.object({ id: channelId, name: z.string(), mode: channelMode.exclude(['off']) })).min(1),
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
