import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export type Found = { readonly path: string; readonly needle: number; readonly byteOffset: number };

/** Every place where one of the byte sequences lies in these files and folders; links are not followed. */
export async function containsBytes(
  paths: readonly string[],
  needles: readonly Uint8Array[],
): Promise<Found[]> {
  if (needles.length === 0 || needles.some((needle) => needle.length < 4)) {
    throw new Error('Fewer than four bytes are found anywhere: they prove nothing');
  }
  const found: Found[] = [];
  for (const path of paths) {
    for (const file of await filesIn(path)) found.push(...(await searchFile(file, needles)));
  }
  return found;
}

/** A path that is not there is a mistake of the caller's, and rejects. */
async function filesIn(path: string): Promise<string[]> {
  const kind = await lstat(path);
  if (kind.isFile()) return [path];
  if (!kind.isDirectory()) return [];
  const names = await readdir(path);
  return (await Promise.all(names.map((name) => filesIn(join(path, name))))).flat();
}

async function searchFile(path: string, needles: readonly Uint8Array[]): Promise<Found[]> {
  const longest = Math.max(...needles.map((needle) => needle.length));
  const found: Found[] = [];
  let tail = Buffer.alloc(0);
  let tailOffset = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const text = Buffer.concat([tail, chunk as Buffer]);
    // A match may lie across two chunks: keep what could be the start of one, and report only what is new.
    for (const [needle, bytes] of needles.entries()) {
      const first = Math.max(0, tail.length - bytes.length + 1);
      for (let at = text.indexOf(bytes, first); at >= 0; at = text.indexOf(bytes, at + 1)) {
        found.push({ path, needle, byteOffset: tailOffset + at });
      }
    }
    const kept = Math.min(text.length, longest - 1);
    tailOffset += text.length - kept;
    tail = text.subarray(text.length - kept);
  }
  return found;
}
