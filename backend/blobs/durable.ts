import { randomBytes } from 'node:crypto';
import { link, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode, ifThere } from './if-there.ts';

/** Writes a file that is there whole or not at all, also after a power cut. Mode 0600. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await rename(await writeBeside(path, bytes), path);
  await syncDirectory(dirname(path));
}

/** The same, unless the file is there: then that one stays, also where somebody else writes it at this moment. */
export async function writeFirst(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = await writeBeside(path, bytes);
  try {
    await link(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What the times of files may be behind the clock by. */
const COARSE_MS = 100;

/**
 * Removes what writers left that were killed, in a folder and those within: files that were written to before `beforeMs` (Unix
 * time) alone. A writer that is at one still finds it gone when it renames it, and tells that it has written nothing.
 */
export async function removeUnfinished(folder: string, beforeMs: number, signal: AbortSignal): Promise<void> {
  for await (const entry of (await ifThere(opendir(folder))) ?? []) {
    if (signal.aborted) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeUnfinished(path, beforeMs, signal);
    else if (entry.isFile() && /\.[0-9a-f]{8}\.part$/.test(entry.name)) {
      // It may be deleted while it is looked at.
      const file = await ifThere(stat(path));
      if (file !== undefined && file.mtimeMs < beforeMs - COARSE_MS) await rm(path, { force: true });
    }
  }
}

async function writeBeside(path: string, bytes: Uint8Array): Promise<string> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
}

/** Makes `root/…names`, mode 0700, so that it is there after a power cut. */
export async function makeDirectory(root: string, ...names: string[]): Promise<string> {
  let path = root;
  for (const name of names) {
    const parent = path;
    path = join(path, name);
    if ((await mkdir(path, { recursive: true, mode: 0o700 })) !== undefined) await syncDirectory(parent);
  }
  return path;
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory for this, and its file systems journal the rename themselves.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
