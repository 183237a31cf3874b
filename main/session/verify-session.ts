import { DELIVERY_TYP, type DeliveryClaims } from '../../contract/delivery-receipt.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { verifyAuditLog } from '../audit/log.ts';
import { provenAside } from '../audit/set-aside.ts';
import type { SecretStore } from '../host.ts';
import { kidOf, openSigned, payloadOf } from '../policy/signed.ts';
import { type Trust, trustIn } from '../policy/trust.ts';
import { receiptSha256, unsignedChannel } from '../vault/delivery-receipt.ts';
import type { Recording } from '../vault/recording.ts';
import type { Vault } from '../vault/vault.ts';
import { type Verified, verifyRecording } from '../vault/verify.ts';
import { claimsFor } from './received.ts';

/** What the media service signed for, as it is kept here. */
export type SignedFor = {
  readonly claims: DeliveryClaims;
  /**
   * Whether the key that signed is one that is pinned here now. Where it is not, another took its place since; that it held when
   * it was noted say the sealed facts of the recording, or the audit log.
   */
  readonly isPinned: boolean;
};

export type VerifiedSession = {
  /** Null where the copy here was purged after its delivery. */
  readonly media: Verified | null;
  /** Null where it was not delivered yet, or before there were such receipts. */
  readonly receipt: SignedFor | null;
};

export type VerifyParts = {
  readonly dataDir: string;
  readonly vault: Pick<Vault, 'open' | 'receipt'>;
  readonly secrets: SecretStore;
};

/**
 * Checks every byte of what is here of a session: its media with their receipts, and the service's signed receipt, also where
 * that is all that is left. Errors: `recording-unknown`; `vault-damaged`, which names the fragment or file; `receipt-untrusted`
 * where what was signed is not what is here; those of the audit log, which vouches for the receipt of what was purged.
 */
export async function verifySession(parts: VerifyParts, sessionId: string): Promise<Result<VerifiedSession>> {
  const { dataDir, vault } = parts;
  const opened = await vault.open(sessionId);
  if (!opened.ok && opened.error.code === 'recording-unknown') {
    const kept = await vault.receipt(sessionId);
    if (!kept.ok) return kept;
    const receipt = await verifiedAlone(parts, sessionId, kept.value);
    return receipt.ok ? ok({ media: null, receipt: receipt.value }) : receipt;
  }
  if (!opened.ok) return opened;
  const media = await verifyRecording(opened.value);
  if (!media.ok) return media;
  const receipt = await verifiedBeside(
    trustIn(dataDir, () => new Date()),
    opened.value,
  );
  return receipt.ok ? ok({ media: media.value, receipt: receipt.value }) : receipt;
}

/** The receipt of a recording that is here, held against it. */
async function verifiedBeside(trust: Trust, recording: Recording): Promise<Result<SignedFor | null>> {
  const { sessionId, receipt } = recording.facts();
  if (receipt === undefined) return ok(null);
  const signed = await openedReceipt(trust, sessionId, receipt);
  if (!signed.ok) return signed;
  const unsigned = unsignedChannel(signed.value.claims, recording);
  return unsigned === undefined
    ? signed
    : fail('receipt-untrusted', `it is not for ${unsigned} as it is here`);
}

/** The receipt of a recording that was purged: it is the one whose digest was noted before. */
async function verifiedAlone(
  { dataDir, secrets }: VerifyParts,
  sessionId: string,
  kept: Buffer,
): Promise<Result<SignedFor>> {
  const log = await verifyAuditLog(dataDir, async () => ok(secrets));
  if (!log.ok) return log;
  const isNoted = [...log.value.entries, ...(await provenAside(dataDir, secrets))].some(
    ({ event }) =>
      event.type === 'channel.delivered' &&
      event.sessionId === sessionId &&
      event.receiptSha256 === receiptSha256(kept),
  );
  return isNoted
    ? openedReceipt(
        trustIn(dataDir, () => new Date()),
        sessionId,
        kept.toString(),
      )
    : fail('vault-damaged', `receipt of ${sessionId}`);
}

/** Errors: `receipt-untrusted`, `policy-untrusted` where the pinned keys cannot be understood. */
async function openedReceipt(trust: Trust, sessionId: string, jws: string): Promise<Result<SignedFor>> {
  const key = await trust.named(kidOf(jws) ?? '');
  if (!key.ok) return key;
  const isPinned = key.value !== undefined;
  const opened =
    key.value === undefined ? ok(payloadOf(jws)) : await openSigned(jws, key.value, DELIVERY_TYP);
  if (!opened.ok) return fail('receipt-untrusted', opened.error.detail);
  const claims = claimsFor(sessionId, opened.value);
  return claims.ok ? ok({ claims: claims.value, isPinned }) : claims;
}
