import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeliveryClaims } from '../../contract/delivery-receipt.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { diskError, isMissing } from './disk-error.ts';
import { replaceFile, syncFolder } from './durable.ts';
import { onlyHere, type RecordingFacts } from './facts.ts';

/** Beside the recordings: the receipts of those that were purged. They name no person. */
const FOLDER = 'receipts';
const END = '.jws';

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

/** Errors: `recording-unknown` where there is none, those of the disk. */
export async function keptReceipt(root: string, sessionId: string): Promise<Result<Buffer>> {
  try {
    return ok(await readFile(keptReceiptPath(root, sessionId)));
  } catch (error) {
    return isMissing(error)
      ? fail('recording-unknown', sessionId)
      : { ok: false, error: diskError(error, `receipt of ${sessionId}`) };
  }
}

/** Session ids of the receipts that are kept. */
export async function keptReceipts(root: string): Promise<string[]> {
  const names = await readdir(join(root, FOLDER)).catch(() => []);
  return names.flatMap((name) => (name.endsWith(END) ? [name.slice(0, -END.length)] : [])).sort();
}

/** Whether there was one. An error of the disk is thrown. */
export async function removeReceipt(root: string, sessionId: string): Promise<boolean> {
  const path = keptReceiptPath(root, sessionId);
  try {
    await rm(path);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

function keptReceiptPath(root: string, sessionId: string): string {
  return join(root, FOLDER, sessionId + END);
}
