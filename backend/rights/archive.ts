import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A ZIP file that is written while it is read: one piece of one file is in memory at a time. */
export type Archive = {
  readonly content: ReadableStream<Uint8Array>;
  /** Done when the file is written; answers its SHA-256. Throws an AbortError where nobody reads any more. */
  add(path: string, pieces: Pieces, isMedia?: boolean): Promise<string>;
  /** `SHA256SUMS` of all files so far, as `sha256sum -c` reads it. */
  sums(): string;
  end(): void;
  /** The rest cannot be had: whoever reads it is told that it is not whole. */
  fail(error: unknown): void;
};

/** `nowMs`: the time that the files bear. */
export function newArchive(nowMs: number): Archive {
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.pipe(output);
  zip.on('error', (error) => output.destroy(error instanceof Error ? error : new Error('no archive')));
  const closed = new AbortController();
  output.on('close', () => closed.abort());
  const sums: string[] = [];
  return {
    content: Readable.toWeb(output),
    async add(path, pieces, isMedia = false) {
      const hash = createHash('sha256');
      const input = Readable.from(hashed(pieces, hash), { objectMode: false, signal: closed.signal });
      // Media does not get smaller. ZIP64 (APPNOTE 4.3.9.2) is taken by itself where a file is larger than 4 GiB.
      zip.addReadStream(input, path, { compress: !isMedia, mtime: new Date(nowMs) });
      await finished(input, { signal: closed.signal });
      const sha256 = hash.digest('hex');
      sums.push(`${sha256}  ${path}\n`);
      return sha256;
    },
    sums: () => sums.join(''),
    end: () => zip.end(),
    fail: (error) => output.destroy(error instanceof Error ? error : new Error('no archive')),
  };
}

async function* hashed(pieces: Pieces, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** A text as a file of its own. */
export function textOf(text: string): Uint8Array[] {
  // An empty piece would end a stream of bytes before it begins.
  return text === '' ? [] : [Buffer.from(text)];
}

export function jsonOf(value: unknown): Uint8Array[] {
  return textOf(`${JSON.stringify(value, null, 2)}\n`);
}
