import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fragment, FragmentHeader, FragmentKey } from '../../contract/fragment.ts';
import { errorOf, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';
import { syncFolder } from './durable.ts';
import {
  FIRST_LINK,
  followingLength,
  LENGTHS_BYTES,
  type Link,
  linkOf,
  linkTo,
  openRecord,
  sealRecord,
} from './record.ts';

/** Where a record lies in its file, with the header it holds. */
export type StoredFragment = {
  readonly header: FragmentHeader;
  readonly offset: number;
  readonly length: number;
};

/** One take of one channel being written. */
export type TakeFile = {
  /** Seals, appends and fsyncs one fragment. Errors: `disk-full`, `vault-unwritable`. */
  readonly append: (fragment: Fragment) => Promise<Result<StoredFragment>>;
  /** What the next record of the channel is chained to. */
  readonly link: () => Link;
  readonly close: () => Promise<void>;
};

/** `before`: of the last record of the channel. */
export async function createTakeFile(
  path: string,
  key: Uint8Array,
  before: Link = FIRST_LINK,
): Promise<Result<TakeFile>> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    return { ok: false, error: diskError(error, 'new take') };
  }
  let end = 0;
  let link = before;
  return ok({
    append: async (fragment) => {
      const { header } = fragment;
      const record = sealRecord(key, fragment, link);
      try {
        await writeWhole(file, record, end);
        await file.datasync();
        if (end === 0) await syncFolder(dirname(path));
      } catch (error) {
        // A torn record must not stand between two whole ones.
        await file.truncate(end).catch(() => undefined);
        return { ok: false, error: diskError(error, `${header.channelId} take ${header.take}`) };
      }
      const stored = { header, offset: end + LENGTHS_BYTES, length: record.length - LENGTHS_BYTES };
      end += record.length;
      link = linkTo(record);
      return ok(stored);
    },
    link: () => link,
    close: () => file.close(),
  });
}

/** What a take file holds up to its end, or up to the first record that does not open. */
export type ReadTake = {
  readonly fragments: readonly StoredFragment[];
  readonly damage: TallylightError | undefined;
  /** What the next record of the channel is chained to; undefined where damage stands before it. */
  readonly link: Link | undefined;
  /** Where the last whole record ends, in bytes from the beginning; undefined where what follows it is damage. */
  readonly wholeBytes: number | undefined;
};

/**
 * The whole records of a take file, in order, read one at a time. A torn last record (the process died while writing)
 * is left out; anything else that does not open, or does not follow `before` and then each other, is `vault-damaged`, naming
 * the fragment. `before`: undefined where it is not known, for what stands before it is damaged.
 */
export async function readTakeFile(
  path: string,
  key: Uint8Array,
  sessionId: string,
  channelId: string,
  take: number,
  before: Link | undefined,
): Promise<ReadTake> {
  const fragments: StoredFragment[] = [];
  let link = before;
  const damaged = (): ReadTake => ({
    fragments,
    damage: damagedAt(channelId, take, fragments.length),
    link: undefined,
    wholeBytes: undefined,
  });
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    let offset = 0;
    while (offset + LENGTHS_BYTES <= size) {
      const length = followingLength(await readWhole(file, offset, LENGTHS_BYTES));
      if (length === undefined) return damaged();
      const start = offset + LENGTHS_BYTES;
      if (start + length > size) break;
      const record = await readWhole(file, start, length);
      const opened = openRecord(key, record, { sessionId, channelId, take, sequence: fragments.length });
      const isChained = link === undefined || linkOf(record).equals(link);
      if (opened === undefined || !isChained) return damaged();
      link = linkTo(record);
      fragments.push({ header: opened.header, offset: start, length });
      offset = start + length;
    }
    return { fragments, damage: undefined, link, wholeBytes: offset };
  } catch {
    // The disk itself does not give it back.
    return damaged();
  } finally {
    await file?.close();
  }
}

/** Cuts off what a crash left of an unfinished record. Errors: those of the disk. */
export async function cutTornEnd(path: string, wholeBytes: number): Promise<Result<void>> {
  try {
    const file = await open(path, 'r+');
    try {
      await file.truncate(wholeBytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'an unfinished record') };
  }
}

/** One fragment back from its file. Errors: `vault-damaged`, naming it. */
export async function readFragment(
  path: string,
  key: Uint8Array,
  { header, offset, length }: StoredFragment,
): Promise<Result<Fragment>> {
  let record: Buffer | undefined;
  try {
    const file = await open(path, 'r');
    try {
      record = await readWhole(file, offset, length);
    } finally {
      await file.close();
    }
  } catch {
    // The disk itself does not give it back.
  }
  const opened = record === undefined ? undefined : openRecord(key, record, header);
  return opened === undefined
    ? { ok: false, error: damagedAt(header.channelId, header.take, header.sequence) }
    : ok(opened);
}

function damagedAt(channelId: string, take: number, sequence: number): TallylightError {
  return errorOf('vault-damaged', placeOf({ channelId, take, sequence }));
}

/** How a fragment is named to a person. */
export function placeOf({ channelId, take, sequence }: FragmentKey): string {
  return `${channelId} take ${take} fragment ${sequence}`;
}

/** Exactly `length` bytes; where the file is shorter the rest is zeros, which no seal accepts. */
async function readWhole(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}

async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
}
