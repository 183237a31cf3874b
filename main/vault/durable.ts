import { open } from 'node:fs/promises';

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
