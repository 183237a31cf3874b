import type { FileHandle } from 'node:fs/promises';
import type { FragmentHeader } from '../../contract/fragment.ts';
import {
  claimedHeader,
  followingLength,
  LENGTHS_BYTES,
  type Link,
  linkOf,
  linkTo,
  openRecord,
} from './record.ts';

/** A record that opens at its place. */
export type FoundRecord = {
  readonly header: FragmentHeader;
  /** Of its lengths, and of what follows them, in bytes from the beginning of the file. */
  readonly at: number;
  readonly start: number;
  readonly length: number;
  /** Of the record before, as it says itself, and of this one. */
  readonly before: Link;
  readonly link: Link;
};

type Readable = Pick<FileHandle, 'read'>;
type Take = Pick<FragmentHeader, 'sessionId' | 'channelId' | 'take'>;

const CHUNK_BYTES = 256 * 1024;
/** More than any header needs. */
const PEEK_BYTES = 2048;
/** What is opened in vain beside what the file itself holds twice over; no damage that just happens comes near it. */
const SPARE_BYTES = 16 * 1024 * 1024;
/** A disk that gives so little back is not asked for the rest. */
const MOST_FAILED_READS = 16;

/** Finds the records of one take file of `size` bytes. An error of the disk that goes on is thrown. */
export function recordFinder(file: Readable, size: number, key: Uint8Array, take: Take) {
  let spare = 2 * size + SPARE_BYTES;
  let failedReads = 0;

  /** Exactly `length` bytes; what the file or the disk does not give is zeros, which no seal accepts. */
  async function readAt(at: number, length: number): Promise<Buffer> {
    try {
      return await readWhole(file, at, length);
    } catch (error) {
      failedReads += 1;
      if (failedReads > MOST_FAILED_READS) throw error;
      return Buffer.alloc(length);
    }
  }

  /** What lies at `at`, if its lengths fit there. */
  async function lengthAt(at: number): Promise<number | undefined> {
    return at + LENGTHS_BYTES <= size ? followingLength(await readAt(at, LENGTHS_BYTES)) : undefined;
  }

  async function openAt(at: number, length: number, sequence: number): Promise<FoundRecord | undefined> {
    const start = at + LENGTHS_BYTES;
    if (start + length > size) return undefined;
    const record = await readAt(start, length);
    const opened = openRecord(key, record, { ...take, sequence });
    if (opened === undefined) return undefined;
    return { header: opened.header, at, start, length, before: linkOf(record), link: linkTo(record) };
  }

  /** Opens a place by the sequence that is said there, where that is not before `next`. */
  async function tryAt(at: number, length: number, next: number): Promise<FoundRecord | undefined> {
    const beginning = await readAt(at + LENGTHS_BYTES, Math.min(length, PEEK_BYTES));
    spare -= beginning.length;
    const claimed = claimedHeader(key, beginning);
    if (claimed === undefined || claimed.sequence < next || !isOf(take, claimed)) return undefined;
    spare -= length;
    return openAt(at, length, claimed.sequence);
  }

  /** Looks at every byte from `from` on for lengths that fit and a record that opens. */
  async function search(from: number, next: number): Promise<FoundRecord | undefined> {
    for (let at = from; at + LENGTHS_BYTES <= size; at += CHUNK_BYTES) {
      const bytes = await readAt(at, Math.min(CHUNK_BYTES + LENGTHS_BYTES - 1, size - at));
      for (let i = 0; i + LENGTHS_BYTES <= bytes.length; i++) {
        // Nearly always this says no, and quickly.
        if (((bytes[i] ?? 0) ^ (bytes[i + 4] ?? 0)) !== 0xff) continue;
        const length = followingLength(bytes.subarray(i, i + LENGTHS_BYTES));
        if (length === undefined || at + i + LENGTHS_BYTES + length > size) continue;
        const found = await tryAt(at + i, length, next);
        if (found !== undefined || spare < 0) return found;
      }
    }
    return undefined;
  }

  return {
    /** The first record from `at` on whose sequence is not before `next`; undefined where there is none. */
    next: async (at: number, next: number): Promise<FoundRecord | undefined> => {
      const length = await lengthAt(at);
      const expected = length === undefined ? undefined : await openAt(at, length, next);
      return expected ?? search(at, next);
    },
    /** How many records lie from `at` on by their lengths, none of which opens. One that the file ends within does not count. */
    count: async (at: number): Promise<number> => {
      for (let count = 0, place = at; ; count++) {
        if (place + LENGTHS_BYTES > size) return count;
        const length = await lengthAt(place);
        if (length === undefined) return count + 1;
        place += LENGTHS_BYTES + length;
        if (place > size) return count;
      }
    },
  };
}

function isOf({ sessionId, channelId, take }: Take, header: FragmentHeader): boolean {
  return header.sessionId === sessionId && header.channelId === channelId && header.take === take;
}

/** Exactly `length` bytes; where the file is shorter the rest is zeros, which no seal accepts. */
export async function readWhole(file: Readable, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}
