import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fragment, FragmentHeader } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { placeOf } from './damage.ts';
import { diskError } from './disk-error.ts';
import { syncFolder } from './durable.ts';
import { readWhole } from './find-record.ts';
import { FIRST_LINK, LENGTHS_BYTES, type Link, linkTo, openRecord, sealRecord } from './record.ts';

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
  return opened === undefined ? fail('vault-damaged', placeOf(header)) : ok(opened);
}

async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
}
