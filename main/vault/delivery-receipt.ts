import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeliveryClaims } from '../../contract/delivery-receipt.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { diskError } from './disk-error.ts';
import { replaceFile, syncFolder } from './durable.ts';
import { onlyHere, type RecordingFacts } from './facts.ts';

/** Beside the recordings: the receipts of those that were purged. They name no person. */
const FOLDER = 'receipts';

/**
 * Stored channels that are here and that the service is to hold wholly: neither cut nor erased, nor about to be.
 */
export function owedChannels(facts: RecordingFacts): string[] {
  const { channels, erased = [], revoked = [] } = facts;
  const going = revoked.filter(({ erase }) => erase).map(({ channelId }) => channelId);
  const cut = onlyHere(facts).map(({ channelId }) => channelId);
  const exempt = new Set([...erased, ...going, ...cut]);
  return channels.flatMap(({ id, mode }) => (mode === 'keep' && !exempt.has(id) ? [id] : []));
}

/** The first channel of which the service signed for something else than what is here; undefined where there is none. */
export function unsignedChannel(
  { channels }: DeliveryClaims,
  recording: {
    readonly facts: () => RecordingFacts;
    readonly manifestOf: (channelId: string) => ManifestChannel;
  },
): string | undefined {
  return owedChannels(recording.facts()).find((id) => {
    const { takes, fragments, bytes, digest } = recording.manifestOf(id);
    return !channels.some(
      (held) =>
        held.channel_id === id &&
        held.takes === takes &&
        held.fragments === fragments &&
        held.bytes === bytes &&
        held.digest === digest,
    );
  });
}

/** How the audit log names a receipt. */
export function receiptSha256(jws: string | Uint8Array): string {
  return createHash('sha256').update(jws).digest('hex');
}

/** Keeps a receipt for when its recording is gone from the folder `root`. Errors: those of the disk. */
export async function keepReceipt(root: string, sessionId: string, jws: string): Promise<Result<void>> {
  const path = keptReceiptPath(root, sessionId);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await syncFolder(root);
    await replaceFile(path, jws);
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, `receipt of ${sessionId}`) };
  }
}

/** Undefined where there is none. */
export async function keptReceipt(root: string, sessionId: string): Promise<Buffer | undefined> {
  return readFile(keptReceiptPath(root, sessionId)).catch(() => undefined);
}

function keptReceiptPath(root: string, sessionId: string): string {
  return join(root, FOLDER, `${sessionId}.jws`);
}
