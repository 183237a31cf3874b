import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockData } from '../vault/lock.ts';

const PART = /\.part-[A-Za-z0-9]{6}$/;
const LOCK = 'lock.sqlite';
const OURS: ReadonlySet<string> = new Set([LOCK, 'export.mp4', 'sha256']);

/** A folder for what is not whole yet, held for as long as this process lives. */
export type PartFolder = { readonly path: string; readonly remove: () => Promise<void> };

/**
 * Only its owner may enter it: nobody can have placed a link where ffmpeg writes. On a disk that knows no locks nothing tells
 * later whether its process is gone, and it is made all the same. An error of the disk is thrown.
 */
export async function makePartFolder(file: string): Promise<PartFolder> {
  const path = await mkdtemp(`${file}.part-`);
  const lock = lockData(path);
  return {
    path,
    remove: async () => {
      if (lock.ok) lock.value.release();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/**
 * Takes away what exports into this folder left that were killed. A folder is one of ours where its owner, its mode and all that
 * lies in it are as we make them, and its lock is free only where its process is gone. What cannot be looked at stays.
 */
export async function removeLeftBehind(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (!PART.test(name) || !(await isOurs(path).catch(() => false))) continue;
    const lock = lockData(path);
    if (!lock.ok) continue;
    lock.value.release();
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path);
  const { mode, uid } = found;
  if (!found.isDirectory() || (mode & 0o077) !== 0 || uid !== (process.getuid?.() ?? uid)) return false;
  const names = await readdir(path);
  return names.includes(LOCK) && names.every((name) => OURS.has(name));
}
