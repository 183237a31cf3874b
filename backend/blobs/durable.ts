import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
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
