import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { z } from 'zod';
import { writeDurably } from '../blobs/durable.ts';

export type FileSum = { readonly sha256: string; readonly bytes: number };

/** SHA-256 as hex. */
export function sha256Of(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** JSON on the second line, its SHA-256 on the first: there whole or not at all, and any change of it is seen. */
export async function writeChecked(path: string, value: unknown): Promise<void> {
  await writeDurably(path, Buffer.from(checkedText(value)));
}

/** The text of such a file. */
export function checkedText(value: unknown): string {
  const json = `${JSON.stringify(value)}\n`;
  return `${sha256Of(json)}\n${json}`;
}

/** What such a file says: undefined where there is none, `damaged` where it is not what was written. */
export async function readChecked<T>(path: string, shape: z.ZodType<T>): Promise<T | 'damaged' | undefined> {
  const text = await ifThere(path);
  if (text === undefined) return undefined;
  const end = text.indexOf('\n');
  const json = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== sha256Of(json)) return 'damaged';
  const read = shape.safeParse(JSON.parse(json));
  return read.success ? read.data : 'damaged';
}

/** The text of a file; undefined where there is none. */
export async function ifThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** JSON lines, compressed, on disk when it resolves. Mode 0600. Throws where `signal` cancels. */
export async function writeLines(
  path: string,
  lines: AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<FileSum> {
  const file = createWriteStream(path, { mode: 0o600, flush: true });
  await pipeline(Readable.from(withEnds(lines)), createGzip(), file, { ...(signal && { signal }) });
  return sumOf(path);
}

/** The lines of such a file. Throws where it cannot be unpacked. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const feeding = pipeline(createReadStream(path), unpacked).catch((error) => unpacked.destroy(error));
  for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY }))
    yield line;
  await feeding;
}

/** Size and SHA-256 of a file. Throws where it cannot be read. */
export async function sumOf(path: string): Promise<FileSum> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return { sha256: digest.digest('hex'), bytes: (await stat(path)).size };
}

async function* withEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
