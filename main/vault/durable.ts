import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes the names in a folder durable: fsync of a file does not promise that its entry survives a loss of power.
 * Windows cannot open folders and keeps their entries in its journal.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What a replacement is called until it is whole. */
export function nextOf(path: string): string {
  return `${path}.next`;
}

/**
 * Replaces a file in one step: either the old or the new one is there, whatever happens. Only this user may read it.
 * Throws what the disk says.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(nextOf(path), 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(nextOf(path), path);
  await syncFolder(dirname(path));
}
