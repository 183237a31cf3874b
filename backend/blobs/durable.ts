import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a file that is there whole or not at all, also after a power cut. Mode 0600. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
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
  await rename(temporary, path);
  await syncDirectory(dirname(path));
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
