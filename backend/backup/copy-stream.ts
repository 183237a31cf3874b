import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failed, fail, ok, type Result } from '../../contract/result.ts';
import type { BlobOf, Blobs } from '../blobs/blobs.ts';
import { blobContext } from '../blobs/context.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import { open } from '../secrets/seal.ts';
import { sha256Of } from './checked-file.ts';
import type { DumpedFragment, DumpedStream } from './dump.ts';
import { type BackupFolder, namesIn, UNFINISHED } from './folder.ts';
import type { RecordingLine, Unreadable } from './manifest.ts';
import { digestOf, readSums, writeSums } from './sums.ts';

export type Copied = {
  /** Null: it was deleted meanwhile. */
  readonly line: RecordingLine | null;
  readonly unreadable: readonly Unreadable[];
  /** What was not there before. */
  readonly newBlobs: number;
  readonly newBytes: number;
};

/**
 * So many blobs are on their way at once. Each may hold a thread of the four that all of the service's files are read and written
 * with, for as long as a disk does not answer: recorders need the others.
 */
const AT_ONCE = 2;

/**
 * Copies the blobs of one stream that the backup does not have yet. Each is opened and held against the digest of its fragment
 * before: what the service cannot read itself is told, and not taken for a backup. Errors: `backup-unreachable`,
 * `backup-cancelled`, `service-failed`.
 */
export async function copyStream(
  parts: Pick<Parts, 'store' | 'blobs' | 'keyring'>,
  folder: BackupFolder,
  stream: DumpedStream,
  signal?: AbortSignal,
): Promise<Result<Copied>> {
  const sums = await readSums(folder, stream);
  const there = await blobsThere(join(folder.path, 'blobs', stream.sessionId, stream.streamId));
  const isThere = ({ blob }: DumpedFragment) =>
    sums.all.has(blob) && !sums.suspect.has(blob) && there.has(blob);
  const missing = stream.fragments.filter((fragment) => !isThere(fragment));
  const key = missing.length === 0 ? undefined : await keyOf(parts, stream);
  const unreadable = new Map<string, Unreadable>();
  const made = { newBlobs: 0, newBytes: 0 };
  try {
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      if (signal?.aborted === true) return fail('backup-cancelled');
      const copied = await Promise.all(
        missing.slice(from, from + AT_ONCE).map((each) => copyBlob(parts, folder, stream, each, key)),
      );
      let failed: Failed | undefined;
      for (const { fragment, sealed, fault } of copied) {
        if (fault !== undefined) {
          failed ??= fault;
          continue;
        }
        if (sealed === undefined) {
          const { take, sequence } = fragment;
          unreadable.set(fragment.blob, {
            ...{ session: stream.sessionId, stream: stream.streamId, take, sequence },
          });
          continue;
        }
        sums.all.set(fragment.blob, sha256Of(sealed));
        sums.suspect.delete(fragment.blob);
        made.newBlobs++;
        made.newBytes += sealed.length;
      }
      if (failed !== undefined) return failed;
    }
  } finally {
    // Also where it ends early: what was copied counts as there for the next run.
    if (made.newBlobs > 0) await writeSums(folder, stream, sums);
  }
  // What was deleted while it was copied is not missing: it is to be gone.
  if (unreadable.size > 0 && (await keyOf(parts, stream)) === undefined)
    return ok({ line: null, unreadable: [], ...made });
  const kept = stream.fragments.filter(({ blob }) => !unreadable.has(blob));
  return ok({ line: lineOf(stream, kept, sums.all), unreadable: [...unreadable.values()], ...made });
}

/** Names of the blobs in a directory; what is left of writing that was cut short goes. */
async function blobsThere(directory: string): Promise<Set<string>> {
  const names = await namesIn(directory);
  for (const name of names) if (name.endsWith(UNFINISHED)) await rm(join(directory, name), { force: true });
  return new Set(names);
}

function lineOf(
  { sessionId, streamId }: DumpedStream,
  kept: readonly DumpedFragment[],
  sums: ReadonlyMap<string, string>,
): RecordingLine {
  const bytes = kept.reduce((sum, fragment) => sum + fragment.bytes, 0);
  const digest = digestOf(kept, sums);
  return { session: sessionId, stream: streamId, blobs: kept.length, bytes, digest };
}

async function copyBlob(
  { blobs }: Pick<Parts, 'blobs'>,
  folder: BackupFolder,
  { sessionId, streamId }: DumpedStream,
  fragment: DumpedFragment,
  key: Uint8Array | undefined,
): Promise<{
  readonly fragment: DumpedFragment;
  /** What is in the backup now; undefined: the service cannot read it itself. */
  readonly sealed?: Uint8Array;
  readonly fault?: Failed;
}> {
  const of = { sessionId, streamId, take: fragment.take, sequence: fragment.sequence };
  const read = await readNow(blobs, of, fragment.blob);
  if (!read.ok) return { fragment, fault: read };
  const sealed = read.value;
  if (sealed === undefined || key === undefined || !holds(of, fragment, key, sealed)) return { fragment };
  const put = await folder.blobs.writeSealed(of, fragment.blob, sealed);
  return put.ok ? { fragment, sealed } : { fragment, fault: fail('backup-unreachable', 'no room left') };
}

/** Error: `service-failed` where the store of the blobs does not answer; that is no damage. */
async function readNow(blobs: Blobs, of: BlobOf, name: string): Promise<Result<Uint8Array | undefined>> {
  try {
    return ok(await blobs.readSealed(of, name));
  } catch (error) {
    const why = error instanceof Error ? error.name : typeof error;
    return fail('service-failed', `the store of the fragments does not answer (${why})`);
  }
}

/** Whether a blob opens, and to what was received. */
export function holds(
  of: BlobOf,
  { sha256 }: Pick<DumpedFragment, 'sha256'>,
  key: Uint8Array,
  sealed: Uint8Array,
): boolean {
  const plain = open(key, sealed, blobContext(of));
  return plain !== undefined && sha256Of(plain) === sha256;
}

/** The key of a stream as it is now; undefined: it was destroyed. */
async function keyOf(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  { sessionId, streamId }: DumpedStream,
): Promise<Uint8Array | undefined> {
  const session = await store.session(sessionId);
  const stream = await store.stream(streamId);
  if (session === undefined || stream === undefined || stream.wrappedKey === '') return undefined;
  return streamKey(keyring, session, stream);
}
