import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { anchorPlace } from '../audit/anchor.ts';
import { writeDurably } from '../blobs/durable.ts';
import type { Parts } from '../parts.ts';
import type { StoreConfig } from '../store/open.ts';
import { snapshotOf } from '../store/snapshot.ts';
import { PLACE_FACT } from '../store/sql-behind.ts';
import { FIRST_TENANT } from '../store/trust-tables.ts';
import { type FileSum, ifThere, sumOf, writeChecked, writeLines } from './checked-file.ts';
import { type Copied, copyStream } from './copy-stream.ts';
import { emptySnapshot, linesOf, type Snapshot, streamsIn } from './dump.ts';
import {
  type BackupFolder,
  claimFolder,
  nextName,
  removeUnfinished,
  UNFINISHED,
  unreachable,
} from './folder.ts';
import { SERVICE_FILE, sessionsWithKeys, settlePeople, settleSession, withKeyLock } from './keys.ts';
import {
  DATABASE_FILE,
  HEADS_FILE,
  type Manifest,
  RECORDINGS_FILE,
  type RecordingLine,
  type Unreadable,
  writeManifest,
} from './manifest.ts';
import type { Watched } from './progress.ts';
import { prune } from './prune.ts';

export type BackupConfig = StoreConfig & { readonly auditAnchor?: string };

export type BackupOptions = Watched & {
  /** How many generations are kept. */
  readonly keep: number;
  /** Begins a new row of backups in an empty folder, where this service had others in that place. */
  readonly anew?: boolean;
};

export type Made = Pick<Manifest, 'sessions' | 'recordings' | 'blobs' | 'bytes' | 'unreadable'> & {
  readonly generation: string;
  /** What was not in the folder before. */
  readonly newBlobs: number;
  readonly newBytes: number;
};

/**
 * Makes one generation, while the service runs or not, and removes what is older than those to be kept. Cut short at any moment
 * it leaves the earlier ones whole, and the next run goes on with what was copied. Errors: those of `claimFolder`,
 * `backup-cancelled`, `backup-unreachable`, `service-failed`.
 */
export async function backUp(
  parts: Parts,
  config: BackupConfig,
  folder: BackupFolder,
  options: BackupOptions,
): Promise<Result<Made>> {
  const place = await isPlace(parts, folder, options.anew === true);
  if (!place.ok) return place;
  const claimed = await claimFolder(folder, { dataDir: config.dataDir, signer: parts.signer });
  if (!claimed.ok) return claimed;
  try {
    await parts.store.changeFact(`${PLACE_FACT} ${folder.path}`, 'made');
    await removeUnfinished(folder);
    const made = await generation(parts, config, folder, options);
    await removeUnfinished(folder);
    if (!made.ok) return made;
    await prune(folder, options.keep);
    await note(parts, made.value);
    return made;
  } catch (error) {
    if (options.signal?.aborted === true) return cancelled(folder);
    return unreachable(error);
  } finally {
    await claimed.value();
  }
}

function note({ audit }: Parts, { generation: object, blobs }: Made): Promise<void> {
  const entry = { tenantId: FIRST_TENANT, actor: 'system', action: 'service.backed-up', object };
  return audit.note({ ...entry, outcome: 'done', reason: `${blobs} fragments` });
}

async function cancelled(folder: BackupFolder): Promise<Result<never>> {
  await removeUnfinished(folder);
  return fail('backup-cancelled');
}

/** Where this service had its backups and there is nothing, a disk is not mounted. */
async function isPlace({ store }: Parts, folder: BackupFolder, anew: boolean): Promise<Result<void>> {
  if (anew || (await store.fact(`${PLACE_FACT} ${folder.path}`)) === undefined) return ok(undefined);
  const head = await ifThere(join(folder.path, 'tallylight-backup.json'));
  return head === undefined
    ? fail('backup-unreachable', `${folder.path} is empty: is its disk mounted? --anew begins anew`)
    : ok(undefined);
}

async function generation(
  parts: Parts,
  config: BackupConfig,
  folder: BackupFolder,
  { signal, tell }: BackupOptions,
): Promise<Result<Made>> {
  const name = await nextName(folder, parts.clock());
  const path = `${folder.generationPath(name)}${UNFINISHED}`;
  await mkdir(path, { mode: 0o700 });
  const files: Record<string, FileSum> = {};

  // The heads before the log: they never say more than it does.
  const heads = await ifThere(anchorPlace(config).path);
  if (heads !== undefined) {
    await writeDurably(join(path, HEADS_FILE), Buffer.from(heads));
    files[HEADS_FILE] = await sumOf(join(path, HEADS_FILE));
  }
  tell?.({ step: 'database', done: 0, of: 1 });
  const snapshot = emptySnapshot();
  const database = join(path, DATABASE_FILE);
  files[DATABASE_FILE] = await writeLines(database, linesOf(snapshotOf(config), snapshot), signal);

  const kept = await keepKeys(parts, folder, snapshot, { signal, tell });
  if (!kept.ok) return kept;
  const copied = await copyAll(parts, folder, database, { signal, tell }, snapshot.fragments);
  if (!copied.ok) return copied;
  const { lines, unreadable, newBlobs, newBytes } = copied.value;
  files[RECORDINGS_FILE] = await writeLines(join(path, RECORDINGS_FILE), jsonOf(lines));
  const counts = {
    sessions: snapshot.sessions.size,
    recordings: lines.length,
    blobs: sum(lines.map(({ blobs }) => blobs)),
    bytes: sum(lines.map(({ bytes }) => bytes)),
  };
  const made: Manifest = {
    ...{ format: 1, service: parts.signer.kid, made_at: new Date(parts.clock()).toISOString() },
    ...{ migrations: snapshot.migrations, ...counts, files, unreadable },
  };
  await writeManifest(path, made, parts.signer);
  await rename(path, folder.generationPath(name));
  return ok({ generation: name, ...counts, unreadable, newBlobs, newBytes });
}

/** Writes the keys of what is in the snapshot, and takes those out that are destroyed. */
async function keepKeys(
  parts: Parts,
  folder: BackupFolder,
  { sessions, master, secrets }: Snapshot,
  { signal, tell }: Watched,
): Promise<Result<void>> {
  const others = await withKeyLock(folder, async () => {
    await writeChecked(folder.keysPath(SERVICE_FILE), { format: 1, master, secrets });
    await settlePeople(parts, folder);
  });
  if (!others.ok) return others;
  const all = [...new Set([...(await sessionsWithKeys(folder)), ...sessions.keys()])];
  for (const [index, id] of all.entries()) {
    if (signal?.aborted === true) return fail('backup-cancelled');
    if (index % 100 === 0) tell?.({ step: 'keys', done: index, of: all.length });
    const settled = await withKeyLock(folder, () => settleSession(parts, folder, id, sessions.get(id)));
    if (!settled.ok) return settled;
  }
  return ok(undefined);
}

type AllCopied = {
  readonly lines: RecordingLine[];
  readonly unreadable: Unreadable[];
  readonly newBlobs: number;
  readonly newBytes: number;
};

async function copyAll(
  parts: Parts,
  folder: BackupFolder,
  database: string,
  { signal, tell }: Watched,
  of: number,
): Promise<Result<AllCopied>> {
  const all: Copied[] = [];
  let done = 0;
  for await (const stream of streamsIn(database)) {
    tell?.({ step: 'recordings', done, of });
    const copied = await copyStream(parts, folder, stream, signal);
    if (!copied.ok) return copied;
    if (copied.value.line === null) {
      const settled = await withKeyLock(folder, () => settleSession(parts, folder, stream.sessionId));
      if (!settled.ok) return settled;
    }
    all.push(copied.value);
    done += stream.fragments.length;
  }
  tell?.({ step: 'recordings', done, of });
  return ok({
    lines: all.flatMap(({ line }) => line ?? []),
    unreadable: all.flatMap(({ unreadable }) => unreadable),
    newBlobs: sum(all.map(({ newBlobs }) => newBlobs)),
    newBytes: sum(all.map(({ newBytes }) => newBytes)),
  });
}

async function* jsonOf(lines: readonly RecordingLine[]): AsyncGenerator<string> {
  for (const line of lines) yield JSON.stringify(line);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
