import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './durable.ts';

/** Holds the recording's own key, wrapped for this device, after a line that says by which kind of store. */
export const KEY_FILE = 'key.wrapped';
const GONE = 'gone-';

/**
 * Destroys the key of a recording, then its files; answers how many files there were. The folder gets another name
 * first: whatever cuts this short, it is no recording any more, and `finishErasing` knows what to do with it.
 */
export async function eraseFolder(dir: string): Promise<number> {
  const gone = join(dirname(dir), GONE + basename(dir));
  await rename(dir, gone);
  await syncFolder(dirname(dir));
  const names = await readdir(gone);
  try {
    await destroyKey(gone);
  } catch (error) {
    // Nothing is lost yet: it is a recording again.
    await rename(gone, dir);
    throw error;
  }
  await rm(gone, { recursive: true, force: true });
  return names.length;
}

/** Finishes what was cut short; answers how many recordings that were. */
export async function finishErasing(root: string): Promise<number> {
  const names = (await readdir(root).catch(() => [])).filter((name) => name.startsWith(GONE));
  for (const name of names) {
    await destroyKey(join(root, name));
    await rm(join(root, name), { recursive: true, force: true });
  }
  return names.length;
}

/** Without its key nothing of a recording can be read, wherever copies of the files are. */
async function destroyKey(dir: string): Promise<void> {
  const path = join(dir, KEY_FILE);
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    // Over the old bytes, where the disk writes in place; then without a name.
    await file.write(randomBytes((await file.stat()).size), 0, null, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path);
  await syncFolder(dir);
}
