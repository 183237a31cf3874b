import type { BackupFolder } from './folder.ts';
import { claimApart } from './lock-process.ts';
import { readSums, writeSums } from './sums.ts';

/** Blobs of one stream that are not as they were written, or whose lines are not. */
export type Suspects = {
  readonly sessionId: string;
  readonly streamId: string;
  readonly blobs: readonly string[];
};

/**
 * Marks what was found to be damaged, so that the next backup does not take it for there, and copies it again from the service.
 * False where the folder cannot be written or is in use: then it stays as it is, and is found again.
 */
export async function markSuspects(folder: BackupFolder, all: readonly Suspects[]): Promise<boolean> {
  let release: (() => Promise<void>) | undefined;
  try {
    const claimed = await claimApart({ root: folder.path, path: folder.path });
    if (!claimed.ok) return false;
    release = claimed.value;
    for (const of of all) {
      const sums = await readSums(folder, of);
      for (const name of of.blobs) if (sums.all.has(name)) sums.suspect.add(name);
      await writeSums(folder, of, sums);
    }
    return true;
  } catch (error) {
    if (isUnwritable(error)) return false;
    throw error;
  } finally {
    await release?.();
  }
}

function isUnwritable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^E(ROFS|ACCES|PERM|NOSPC)$/.test(String(error.code));
}
