import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TallylightError } from '../../contract/result.ts';
import { channelKeyFile, slug } from './channel-keys.ts';
import { diskError } from './disk-error.ts';
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
    await destroyKey(join(gone, KEY_FILE));
  } catch (error) {
    // Nothing is lost yet: it is a recording again.
    await rename(gone, dir);
    throw error;
  }
  await rm(gone, { recursive: true, force: true });
  return names.length;
}

/** A recording whose deletion had been cut short, and how many files were left of it. */
export type Finished = { readonly sessionId: string; readonly files: number };

/** Also which could not be finished, whose remnant is tried again at the next start. */
export type Swept = { readonly finished: readonly Finished[]; readonly failed: readonly TallylightError[] };

/** Finishes what was cut short; what cannot be removed does not keep the others. */
export async function finishErasing(root: string): Promise<Swept> {
  const names = (await readdir(root).catch(() => [])).filter((name) => name.startsWith(GONE));
  const finished: Finished[] = [];
  const failed: TallylightError[] = [];
  for (const name of names.sort()) {
    const sessionId = name.slice(GONE.length);
    try {
      finished.push({ sessionId, files: await finishOne(join(root, name)) });
    } catch (error) {
      failed.push(diskError(error, `what is left of ${sessionId}`));
    }
  }
  return { finished, failed };
}

async function finishOne(gone: string): Promise<number> {
  const files = (await readdir(gone)).length;
  await destroyKey(join(gone, KEY_FILE));
  await rm(gone, { recursive: true, force: true });
  return files;
}

/** Destroys the key of one channel, then its files; answers how many media files there were. */
export async function eraseChannelFiles(dir: string, channelId: string): Promise<number> {
  await destroyKey(join(dir, channelKeyFile(channelId)));
  const media = (await readdir(dir)).filter((name) => name.startsWith(`${slug(channelId)}.take-`));
  for (const name of media) await rm(join(dir, name), { force: true });
  await syncFolder(dir);
  return media.length;
}

/** Without its key nothing that it seals can be read, wherever copies of the files are. */
async function destroyKey(path: string): Promise<void> {
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
  // Another may have been at it.
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}
