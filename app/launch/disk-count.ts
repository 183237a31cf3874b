import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** What either side keeps besides media; `@` and stream ids appear in the names of media files only. */
export const CLIENT_FILES =
  /^(audit\.jsonl|(audit\.head|audit-key\.wrapped|trust\.json|policies\.json)(\.next)?|device\.key|lock\.sqlite(-journal)?|vault\/[^/]+\/(key\.wrapped|recording\.sealed(\.next)?|receipts\.jsonl))$/;
export const SERVICE_FILES =
  /^(tallylight\.sqlite(-wal|-shm|-journal)?|in-use\.lock(-journal)?|master\.key|audit-heads\.json(\.\w+\.part)?)$/;

/**
 * Files below `dir` that belong to one channel, by the name that its media files carry. A file that is neither known
 * nor anybody's media counts too: nobody can say that it is not this channel's.
 */
export async function filesOf(dir: string, known: RegExp, name: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const isMedia = (path: string) =>
    /^vault\/[^/]+\/[^/]+@[^/]+\.(take-\d+|key)\.sealed$|^(blobs|copies)\//.test(path);
  return paths.filter((path) => path.includes(name) || !(known.test(path) || isMedia(path))).length;
}
