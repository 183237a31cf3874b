import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { blobsOnDisk } from '../blobs/disk.ts';
import type { Signer } from '../secrets/signer.ts';
import { isMissing, readChecked, writeChecked } from './checked-file.ts';
import { claimApart } from './lock-process.ts';

/** Says whose backups a folder holds: the thumbprint of the key that the service signs with. */
const head = z.object({ format: z.literal(1), service: z.string() });
const HEAD_FILE = 'tallylight-backup.json';

/**
 * The folder that backups lie in:
 *
 *     tallylight-backup.json          whose it is
 *     generations/<number>-<time>/    one state of the service, without the keys of what it recorded
 *     blobs/<session>/<stream>/<name> sealed fragments, as the service keeps them; shared by all generations
 *     sums/<session>/<stream>.sha256  their SHA-256, as `sha256sum -c` reads it in the folder
 *     keys/                           what is only ever there as it is now: see keys.ts
 */
export type BackupFolder = {
  readonly path: string;
  readonly blobs: Blobs;
  /** Finished ones, oldest first. */
  generations(): Promise<string[]>;
  generationPath(name: string): string;
  sumsPath(sessionId: string, streamId: string): string;
  /** Path of a file of `keys/`. */
  keysPath(...names: string[]): string;
};

/** Ending of a generation that is not finished. */
export const UNFINISHED = '.part';

export function backupFolder(path: string): BackupFolder {
  return {
    path,
    blobs: blobsOnDisk(join(path, 'blobs')),
    generations: async () =>
      (await namesIn(join(path, 'generations')))
        .filter((name) => !name.endsWith(UNFINISHED))
        .sort((one, other) => numberOf(one) - numberOf(other) || (one < other ? -1 : 1)),
    generationPath: (name) => join(path, 'generations', name),
    sumsPath: (sessionId, streamId) => join(path, 'sums', sessionId, `${streamId}.sha256`),
    keysPath: (...names) => join(path, 'keys', ...names),
  };
}

/**
 * Where a generation has its place among the others, whatever the clock said when it was made. Those of earlier versions, which have
 * a time and no number, were there before.
 */
function numberOf(generation: string): number {
  return Number(/^(\d{6,})-/.exec(generation)?.[1] ?? 0);
}

/** A name that comes after all that are there. */
export async function nextName(folder: BackupFolder, nowMs: number): Promise<string> {
  const number = numberOf((await folder.generations()).at(-1) ?? '') + 1;
  const time = new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  return `${String(number).padStart(6, '0')}-${time}`;
}

/** Names in a directory; none where it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Claims a folder for one run of this service, making it where it is not there; answers how to give it back. Errors:
 * `usage` where it lies in the data folder or the other way round, `data-in-use`, `backup-foreign`, `backup-damaged`,
 * `backup-unreachable`.
 */
export async function claimFolder(
  folder: BackupFolder,
  { dataDir, signer }: { readonly dataDir: string; readonly signer: Pick<Signer, 'kid'> },
): Promise<Result<() => Promise<void>>> {
  try {
    const make = ['generations', 'blobs', 'sums', join('keys', 'sessions')].map((name) =>
      join(folder.path, name),
    );
    const claimed = await claimApart({ root: folder.path, path: folder.path, make, apart: dataDir });
    if (!claimed.ok) return claimed;
    const mine = await settledHead(folder, signer.kid);
    if (mine.ok) return claimed;
    await claimed.value();
    return mine;
  } catch (error) {
    return unreachable(error);
  }
}

/** Whether it is the folder of this service. Errors as those of `claimFolder`, `backup-none`. */
export async function checkedHead(folder: BackupFolder): Promise<Result<{ readonly service: string }>> {
  const found = await readChecked(join(folder.path, HEAD_FILE), head);
  if (found === undefined) return fail('backup-none', folder.path);
  return found === 'damaged' ? fail('backup-damaged', HEAD_FILE) : ok(found);
}

async function settledHead(folder: BackupFolder, service: string): Promise<Result<void>> {
  const found = await checkedHead(folder);
  if (found.ok) return found.value.service === service ? ok(undefined) : fail('backup-foreign', folder.path);
  if (found.error.code !== 'backup-none') return found;
  await writeChecked(join(folder.path, HEAD_FILE), { format: 1, service });
  return ok(undefined);
}

const SYSTEM = /^E(ACCES|PERM|ROFS|NOENT|NOTDIR|IO|NOSPC|DQUOT|STALE|HOSTDOWN|TIMEDOUT|BUSY|NXIO)$/;

/** What a file system says, and of which path, as in `ENOENT`; empty where it says nothing. */
export function systemError(error: unknown): { readonly code: string; readonly at: string } {
  if (!(error instanceof Error) || !('code' in error)) return { code: '', at: '' };
  const code = String(error.code);
  return { code: SYSTEM.test(code) ? code : '', at: 'path' in error ? String(error.path) : '' };
}

/** The error for what the file system of the backups says; what is none of it is a bug and is thrown on. */
export function unreachable(error: unknown): Result<never> {
  const { code } = systemError(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('backup-unreachable', `no room left (${code})`);
  if (code !== '') return fail('backup-unreachable', code);
  throw error;
}

export async function removeUnfinished(folder: BackupFolder): Promise<void> {
  const root = join(folder.path, 'generations');
  for (const name of await namesIn(root))
    if (name.endsWith(UNFINISHED)) await rm(join(root, name), { recursive: true, force: true });
  // Of writing that was cut short; one of them may hold a key.
  const keys = folder.keysPath('sessions');
  for (const path of [folder.keysPath(), keys])
    for (const name of await namesIn(path))
      if (name.endsWith(UNFINISHED)) await rm(join(path, name), { force: true });
}
