import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readLines } from './checked-file.ts';
import { type BackupFolder, namesIn } from './folder.ts';
import { RECORDINGS_FILE, recordingLine } from './manifest.ts';

/**
 * Removes the oldest generations but `keep`, then the blobs that none of the rest names. Word of deletions stays, as it does in
 * the service.
 */
export async function prune(folder: BackupFolder, keep: number): Promise<void> {
  const names = await folder.generations();
  for (const name of names.slice(0, Math.max(0, names.length - keep)))
    await rm(folder.generationPath(name), { recursive: true, force: true });
  const named = await namedIn(folder, names.slice(-keep));
  // One that is damaged does not say what it needs: then nothing goes.
  if (named === undefined) return;
  await removeUnnamed(folder, 'blobs', named);
  await removeUnnamed(folder, 'sums', named);
}

type Named = ReadonlyMap<string, ReadonlySet<string>>;

/** Streams by their sessions. */
async function namedIn(folder: BackupFolder, names: readonly string[]): Promise<Named | undefined> {
  const named = new Map<string, Set<string>>();
  for (const name of names)
    try {
      for await (const line of readLines(join(folder.generationPath(name), RECORDINGS_FILE))) {
        const { session, stream } = recordingLine.parse(JSON.parse(line));
        const streams = named.get(session) ?? new Set();
        named.set(session, streams.add(stream));
      }
    } catch {
      return undefined;
    }
  return named;
}

async function removeUnnamed(folder: BackupFolder, part: 'blobs' | 'sums', named: Named): Promise<void> {
  for (const session of await namesIn(join(folder.path, part))) {
    const streams = named.get(session);
    const path = join(folder.path, part, session);
    if (streams === undefined) await rm(path, { recursive: true, force: true });
    else
      for (const name of await namesIn(path))
        if (!streams.has(name.replace(/\.sha256$/, '')))
          await rm(join(path, name), { recursive: true, force: true });
  }
}
