import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { BlobOf } from '../blobs/blobs.ts';
import type { Signer } from '../secrets/signer.ts';
import { isMissing, readLines, sha256Of, sumOf } from './checked-file.ts';
import { holds } from './copy-stream.ts';
import { type DumpedFragment, type DumpedStream, dumped, streamsIn } from './dump.ts';
import type { BackupFolder } from './folder.ts';
import { keysOfSession, type SessionKeys } from './keys.ts';
import {
  DATABASE_FILE,
  type Manifest,
  RECORDINGS_FILE,
  type RecordingLine,
  readManifest,
  recordingLine,
} from './manifest.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { Watched } from './progress.ts';
import { digestOf, readSums } from './sums.ts';
import type { Suspects } from './suspects.ts';

export type Damage = {
  /** Path within the folder of the backups. */
  readonly path: string;
  /** Null: it concerns the whole generation, which cannot be restored. */
  readonly session: string | null;
  readonly what: string;
};

export type VerifiedBackup = {
  readonly generation: string;
  readonly madeAt: string;
  readonly sessions: number;
  /** Fragments whose bytes are those that were written. */
  readonly blobs: number;
  readonly bytes: number;
  /** Of those, the ones that were opened with their key and hold what was received. None where there is no master key. */
  readonly opened: number;
  /** Recordings that were deleted since: nothing opens them. */
  readonly deleted: number;
  readonly damage: readonly Damage[];
  /** What a backup has to copy again to be whole. */
  readonly suspects: readonly Suspects[];
};

/** With the master key every fragment is opened; without it all bytes are held against what was written. */
type Opening = { readonly folder: BackupFolder; readonly opened?: OpenedBackup | undefined };

/** Reads every byte of one generation. Errors: `backup-none`, `backup-cancelled`; what is damaged is in the answer. */
export async function verifyGeneration(
  { folder, opened }: Opening,
  generation: string,
  watched: Watched = {},
): Promise<Result<VerifiedBackup>> {
  if (!(await folder.generations()).includes(generation)) return fail('backup-none', generation);
  const none = {
    generation,
    madeAt: '',
    sessions: 0,
    blobs: 0,
    bytes: 0,
    opened: 0,
    deleted: 0,
    suspects: [],
  };
  const manifest = await manifestOf(folder, generation, opened?.signer);
  const whole = (path: string, what: string): Damage => ({ path, session: null, what });
  const at = `generations/${generation}`;
  if (manifest === undefined)
    return ok({ ...none, damage: [whole(`${at}/manifest.json`, 'not as it was signed, or gone')] });
  const damage: Damage[] = [];
  for (const [name, { sha256 }] of Object.entries(manifest.files))
    if ((await sumIfThere(join(folder.generationPath(generation), name))) !== sha256)
      damage.push(whole(`${at}/${name}`, 'not as it was written, or gone'));
  const of = { ...none, madeAt: manifest.made_at, sessions: manifest.sessions };
  if (damage.length > 0) return ok({ ...of, damage });
  const recordings = await verifyRecordings({ folder, opened }, generation, manifest, watched);
  return recordings.ok ? ok({ ...of, ...recordings.value }) : recordings;
}

function manifestOf(
  folder: BackupFolder,
  generation: string,
  signer?: Signer,
): Promise<Manifest | undefined> {
  return readManifest(folder.generationPath(generation), signer);
}

async function sumIfThere(path: string): Promise<string | undefined> {
  try {
    return (await sumOf(path)).sha256;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

type Counted = Pick<VerifiedBackup, 'blobs' | 'bytes' | 'opened' | 'deleted' | 'damage' | 'suspects'>;

async function verifyRecordings(
  opening: Opening,
  generation: string,
  manifest: Manifest,
  { tell, signal }: Watched,
): Promise<Result<Counted>> {
  const { folder } = opening;
  const path = folder.generationPath(generation);
  const lines = new Map<string, RecordingLine>();
  for await (const line of readLines(join(path, RECORDINGS_FILE))) {
    const read = recordingLine.parse(JSON.parse(line));
    lines.set(read.stream, read);
  }
  const suspects: Suspects[] = [];
  const none = { blobs: 0, bytes: 0, opened: 0, deleted: 0, suspects };
  const counted = { ...none, damage: await keyDamage(opening, path) };
  const unreadable = new Set(manifest.unreadable.map((one) => `${one.stream} ${one.take} ${one.sequence}`));
  let done = 0;
  for await (const stream of streamsIn(join(path, DATABASE_FILE))) {
    tell?.({ step: 'verify', done, of: manifest.blobs });
    const keys = await keysOfSession(folder, stream.sessionId);
    // Told by `keyDamage`.
    if (keys === undefined || keys === 'damaged') continue;
    if (isDestroyed(keys, stream.streamId)) {
      counted.deleted++;
      continue;
    }
    const kept = stream.fragments.filter(
      ({ take, sequence }) => !unreadable.has(`${stream.streamId} ${take} ${sequence}`),
    );
    const key = keyIn(opening.opened, keys, stream);
    const one = await verifyStream(
      folder,
      { ...stream, fragments: kept },
      lines.get(stream.streamId),
      key,
      signal,
    );
    if (!one.ok) return one;
    counted.blobs += one.value.blobs;
    counted.bytes += one.value.bytes;
    counted.opened += one.value.opened;
    counted.damage.push(...one.value.damage);
    suspects.push(...one.value.suspects);
    done += kept.length;
  }
  tell?.({ step: 'verify', done, of: manifest.blobs });
  return ok(counted);
}

export function isDestroyed(keys: SessionKeys, streamId: string): boolean {
  return keys.session === null || keys.streams[streamId]?.key === '';
}

/** Sessions of the generation whose keys are not there, or are not those of this service. */
async function keyDamage({ folder, opened }: Opening, generationPath: string): Promise<Damage[]> {
  const damage: Damage[] = [];
  for await (const { table, row } of dumped(join(generationPath, DATABASE_FILE))) {
    // Sessions come before their streams and fragments: there is nothing more to look for.
    if (table === 'fragment') break;
    if (table !== 'capture_session') continue;
    const id = String(row.id);
    const what = await keyFault(await keysOfSession(folder, id), id, opened);
    if (what !== undefined) damage.push({ path: `keys/sessions/${id}.json`, session: id, what });
  }
  return damage;
}

async function keyFault(
  keys: SessionKeys | 'damaged' | undefined,
  id: string,
  opened: OpenedBackup | undefined,
): Promise<string | undefined> {
  if (keys === undefined) return 'gone';
  if (keys === 'damaged') return 'not as it was written';
  if (opened === undefined || keys.session === null) return undefined;
  const theirs = Object.entries(keys.streams).flatMap(([stream, { key }]) =>
    key === null || key === '' ? [] : [opened.unwrap({ kind: 'stream', id: stream }, key)],
  );
  const all = [opened.unwrap({ kind: 'session', id }, keys.session), ...theirs];
  return all.includes(undefined) ? 'does not open with this master key' : undefined;
}

/** The key of a stream; undefined where there is no master key to open it with. */
function keyIn(
  opened: OpenedBackup | undefined,
  keys: SessionKeys,
  { sessionId, streamId }: DumpedStream,
): Uint8Array | undefined {
  const own = keys.streams[streamId]?.key ?? null;
  if (opened === undefined || keys.session === null) return undefined;
  return own === null
    ? opened.unwrap({ kind: 'session', id: sessionId }, keys.session)
    : opened.unwrap({ kind: 'stream', id: streamId }, own);
}

async function verifyStream(
  folder: BackupFolder,
  stream: DumpedStream,
  line: RecordingLine | undefined,
  key: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): Promise<Result<Counted>> {
  const { sessionId, streamId, fragments } = stream;
  const counted = { blobs: 0, bytes: 0, opened: 0, deleted: 0, damage: [] as Damage[] };
  const { all: sums } = await readSums(folder, stream);
  const suspect: string[] = [];
  const sumsHold = digestOf(fragments, sums) === line?.digest;
  const really = new Map<string, string>();
  for (const fragment of fragments) {
    if (signal?.aborted === true) return fail('backup-cancelled');
    const of = { sessionId, streamId, take: fragment.take, sequence: fragment.sequence };
    const sealed = await folder.blobs.readSealed(of, fragment.blob);
    const what = blobFault(of, fragment, sealed, {
      sum: sumsHold ? sums.get(fragment.blob) : undefined,
      key,
    });
    if (sealed !== undefined) really.set(fragment.blob, sha256Of(sealed));
    if (what !== undefined || sums.get(fragment.blob) !== really.get(fragment.blob))
      suspect.push(fragment.blob);
    if (what !== undefined) {
      const path = `blobs/${sessionId}/${streamId}/${fragment.blob}`;
      counted.damage.push({ path, session: sessionId, what });
      continue;
    }
    counted.blobs++;
    counted.bytes += sealed?.length ?? 0;
    if (key !== undefined) counted.opened++;
  }
  if (!sumsHold) {
    // Which of the two it is: the list of sums, or the blobs that it lists.
    const isList = digestOf(fragments, really) === line?.digest;
    const what = isList ? 'not as it was written' : 'does not say what the generation says';
    counted.damage.push({ path: `sums/${sessionId}/${streamId}.sha256`, session: sessionId, what });
  }
  const suspects = suspect.length === 0 ? [] : [{ sessionId, streamId, blobs: suspect }];
  return ok({ ...counted, suspects });
}

function blobFault(
  of: BlobOf,
  fragment: DumpedFragment,
  sealed: Uint8Array | undefined,
  { sum, key }: { readonly sum: string | undefined; readonly key: Uint8Array | undefined },
): string | undefined {
  if (sealed === undefined) return 'gone';
  if (sum !== undefined && sha256Of(sealed) !== sum) return 'not as it was written';
  return key !== undefined && !holds(of, fragment, key, sealed)
    ? 'does not open to what was received'
    : undefined;
}
