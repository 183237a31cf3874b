import { type FileHandle, open, readFile } from 'node:fs/promises';
import { type Fragment, type FragmentHeader, fragmentHeader } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';
import { seal, unseal } from './seal.ts';

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
  readonly close: () => Promise<void>;
};

// A record: length of the sealed body (4 bytes, big-endian), then the body (seal.ts) over
// header length (4 bytes), header as JSON, media bytes.
const LENGTH_BYTES = 4;

/** Binds a record to its place: another session, channel, take or position does not open. */
function place(sessionId: string, channelId: string, take: number, sequence: number): string {
  return `tallylight-vault/1|${sessionId}|${channelId}|${take}|${sequence}`;
}

export async function createTakeFile(path: string, key: Uint8Array): Promise<Result<TakeFile>> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    return { ok: false, error: diskError(error, 'new take') };
  }
  let end = 0;
  return ok({
    append: async ({ header, bytes }) => {
      const told = Buffer.from(JSON.stringify(header));
      const plain = Buffer.concat([uint32(told.length), told, bytes]);
      const body = seal(key, plain, place(header.sessionId, header.channelId, header.take, header.sequence));
      const record = Buffer.concat([uint32(body.length), body]);
      try {
        await writeWhole(file, record, end);
        await file.datasync();
      } catch (error) {
        // A torn record must not stand between two whole ones.
        await file.truncate(end).catch(() => undefined);
        return { ok: false, error: diskError(error, `${header.channelId} take ${header.take}`) };
      }
      const stored = { header, offset: end + LENGTH_BYTES, length: body.length };
      end += record.length;
      return ok(stored);
    },
    close: () => file.close(),
  });
}

/**
 * The whole records of a take file, in order. A torn last record (the process died while writing) is left out;
 * anything else that does not open is `vault-damaged`, naming the fragment.
 */
export async function readTakeFile(
  path: string,
  key: Uint8Array,
  sessionId: string,
  channelId: string,
  take: number,
): Promise<Result<StoredFragment[]>> {
  const file = await readFile(path);
  const found: StoredFragment[] = [];
  for (let offset = 0; offset + LENGTH_BYTES <= file.length; ) {
    const length = file.readUInt32BE(offset);
    const start = offset + LENGTH_BYTES;
    if (start + length > file.length) break;
    const opened = openRecord(
      key,
      file.subarray(start, start + length),
      sessionId,
      channelId,
      take,
      found.length,
    );
    if (!opened.ok) return opened;
    found.push({ header: opened.value.header, offset: start, length });
    offset = start + length;
  }
  return ok(found);
}

/** One fragment back from its file. Errors: `vault-damaged`, naming it. */
export async function readFragment(
  path: string,
  key: Uint8Array,
  stored: StoredFragment,
): Promise<Result<Fragment>> {
  const { sessionId, channelId, take, sequence } = stored.header;
  const sealed = Buffer.alloc(stored.length);
  try {
    const file = await open(path, 'r');
    try {
      await file.read(sealed, 0, stored.length, stored.offset);
    } finally {
      await file.close();
    }
  } catch {
    return damaged(channelId, take, sequence);
  }
  return openRecord(key, sealed, sessionId, channelId, take, sequence);
}

function openRecord(
  key: Uint8Array,
  sealed: Uint8Array,
  sessionId: string,
  channelId: string,
  take: number,
  sequence: number,
): Result<Fragment> {
  const plain = unseal(key, sealed, place(sessionId, channelId, take, sequence));
  if (plain === undefined) return damaged(channelId, take, sequence);
  const told = plain.readUInt32BE(0);
  const header = fragmentHeader.safeParse(JSON.parse(plain.subarray(4, 4 + told).toString()));
  if (!header.success) return damaged(channelId, take, sequence);
  return ok({ header: header.data, bytes: plain.subarray(4 + told) });
}

function damaged(channelId: string, take: number, sequence: number): Result<never> {
  return fail('vault-damaged', `${channelId} take ${take} fragment ${sequence}`);
}

async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
