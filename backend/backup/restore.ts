import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { anchorPlace } from '../audit/anchor.ts';
import type { BlobOf, Blobs } from '../blobs/blobs.ts';
import { writeDurably } from '../blobs/durable.ts';
import { blobsFor, partsOver } from '../compose.ts';
import { targetsOf } from '../events/targets.ts';
import { claim } from '../lock.ts';
import { copiesDirOf, giveAway, isOfOthers } from '../redundancy/copies-owner.ts';
import { isNamed, MASTER_FILE, type Master, type MasterSource, readMaster } from '../secrets/master.ts';
import { SQLITE_FILE } from '../store/file.ts';
import { openStore } from '../store/open.ts';
import { isFilled, isJustRestored, refill } from '../store/refill.ts';
import type { BackupConfig } from './back-up.ts';
import { ifThere } from './checked-file.ts';
import { type Chosen, chosenOf, type RestoreOptions } from './chosen.ts';
import { dumped, streamsIn } from './dump.ts';
import { type BackupFolder, checkedHead, systemError } from './folder.ts';
import { DATABASE_FILE, HEADS_FILE } from './manifest.ts';
import { type OpenedBackup, openBackup } from './opened-backup.ts';
import type { Watched } from './progress.ts';
import { restoredRows, rowsAsNow, type Selection } from './restored-rows.ts';
import { type Damage, isDestroyed } from './verify.ts';

export type Restored = {
  readonly generation: string;
  readonly madeAt: string;
  readonly sessions: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Sessions of the generation that were deleted since, and are not restored. */
  readonly deleted: number;
  readonly damage: readonly Damage[];
  /** Sessions that were left out because of it. */
  readonly leftOut: readonly string[];
  /** File with the heads of the audit logs that was there and was left as it is; null: that of the backup is there. */
  readonly otherHeads: string | null;
};

/** While a restore is under way it builds the database in there; who finds it knows that it was cut short. */
const BUILDING = 'restoring';

/** In there: the file of `TALLYLIGHT_AUDIT_ANCHOR` is of this restore, and no other's. */
const OUR_HEADS = 'heads-are-ours';

/** So many blobs are on their way at once: each is synced to the disk, and waits for that. */
const AT_ONCE = 8;

/** What it writes into the data folder meanwhile. */
const WRITTEN = ['blobs', 'audit-heads.json'];

/**
 * Makes a service of one generation where there is none. Every byte is verified before anything is written; cut short, it can
 * be called again. Errors: `backup-none`, `backup-key`, `backup-damaged`, `backup-version`, `restore-not-empty`,
 * `database-unreachable`, `data-in-use`, `backup-cancelled`, `usage`.
 */
export async function restore(
  config: BackupConfig,
  source: MasterSource,
  folder: BackupFolder,
  options: RestoreOptions = {},
): Promise<Result<Restored>> {
  // What was named is looked for before anything else that could be wrong.
  const head = await checkedHead(folder);
  if (!head.ok) return head;
  const heads = dirname(anchorPlace(config).path);
  if (config.auditAnchor !== undefined && !existsSync(heads))
    return fail('usage', `there is no folder ${heads} for the heads of the audit logs`);
  const empty = await isEmpty(config);
  if (!empty.ok) return empty;
  const free = await freePlaces(config, options.takeOver === true);
  if (!free.ok) return free;
  const master = await presentMaster(config.dataDir, source);
  if (!master.ok) return master;
  const opened = await openBackup(folder, master.value);
  if (!opened.ok) return opened;
  const generation = options.generation ?? (await folder.generations()).at(-1);
  if (generation === undefined) return fail('backup-none', folder.path);
  const chosen = await chosenOf(opened.value, generation, options);
  if (!chosen.ok) return chosen;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const claimed = claim(config.dataDir);
  if (!claimed.ok) return claimed;
  try {
    // Somebody may have begun a service there while the backup was verified.
    const still = await isEmpty(config);
    if (!still.ok) return still;
    const taken = options.takeOver === true ? await takeOver(config) : ok(undefined);
    if (!taken.ok) return taken;
    const restored = await build(config, master.value, opened.value, chosen.value, options);
    // What is in the database of a server needs its fragments; the next call finds the mark, and begins anew.
    const isWritten = config.databaseUrl !== undefined && (await isJustRestored(config).catch(() => true));
    if (!restored.ok && !isWritten) await tidyUp(config.dataDir);
    return restored;
  } finally {
    claimed.value();
  }
}

/**
 * The database is written last, so whatever is there without one is of a restore that was cut short; as is one on a server that no
 * service has run on since it was written, where there is the mark.
 */
async function isEmpty(config: BackupConfig): Promise<Result<void>> {
  const taken = fail('restore-not-empty', config.dataDir);
  const names = existsSync(config.dataDir) ? await readdir(config.dataDir) : [];
  const ours = [MASTER_FILE, 'in-use.lock', ...(names.includes(BUILDING) ? [...WRITTEN, BUILDING] : [])];
  if (names.some((name) => !ours.includes(name.replace(/-journal$/, '')))) return taken;
  if (config.databaseUrl === undefined) return ok(undefined);
  const filled = await isFilled(config);
  if (!filled.ok) return filled;
  if (!filled.value || (names.includes(BUILDING) && (await isJustRestored(config)))) return ok(undefined);
  return fail('restore-not-empty', 'the database');
}

/** A drill has the keys of the service it is of, and must not get its bucket or second copies by them. Error: `data-in-use`. */
async function freePlaces(config: BackupConfig, isTakingOver: boolean): Promise<Result<void>> {
  if (isTakingOver) return ok(undefined);
  const taken = (place: string) =>
    fail('data-in-use', `${place} is of another service; --take-over takes it from that one`);
  const copies = copiesDirOf(config);
  if (await isOfOthers(copies)) return taken(copies);
  if (config.blobs === undefined) return ok(undefined);
  const { ownerOfPlace } = await import('../blobs/s3-owner.ts');
  const owner = await ownerOfPlace(config.blobs);
  if (!owner.ok) return owner;
  const { bucket, prefix } = config.blobs;
  return owner.value === undefined ? ok(undefined) : taken(`s3://${bucket}/${prefix}`);
}

/** Whoever had them finds that it has them no more; the restored service claims them when it starts. */
async function takeOver(config: BackupConfig): Promise<Result<void>> {
  const copies = copiesDirOf(config);
  if (await isOfOthers(copies)) await giveAway(copies);
  if (config.blobs === undefined) return ok(undefined);
  return (await import('../blobs/s3-owner.ts')).freePlace(config.blobs);
}

/** One that is there: to make a new one would help nobody. */
async function presentMaster(dataDir: string, source: MasterSource): Promise<Result<Master>> {
  if (!isNamed(source) && !existsSync(join(dataDir, MASTER_FILE))) return fail('backup-key');
  return readMaster(dataDir, source);
}

async function build(
  config: BackupConfig,
  master: Master,
  opened: OpenedBackup,
  chosen: Chosen,
  { tell, signal }: Watched,
): Promise<Result<Restored>> {
  try {
    const building = join(config.dataDir, BUILDING);
    // Of one that was cut short.
    const isHeadsOurs = existsSync(join(building, OUR_HEADS));
    await tidyUp(config.dataDir);
    await mkdir(building, { mode: 0o700 });
    if (isHeadsOurs) await writeDurably(join(building, OUR_HEADS), Buffer.of());
    const copied = await copyBack(config, opened, chosen, { tell, signal });
    if (!copied.ok) return copied;
    const selection: Selection = { ...chosen, opened, master: master.fingerprint };
    const database = { ...config, dataDir: building };
    const lines = dumped(join(opened.folder.generationPath(chosen.generation), DATABASE_FILE));
    await refill(database, master, {
      migrations: chosen.manifest.migrations,
      older: restoredRows(lines, selection),
      newest: rowsAsNow(selection),
    });
    const otherHeads = await putHeads(config, opened.folder, chosen.generation, join(building, OUR_HEADS));
    const sessions = await noteRestored(config, database, master, chosen);
    if (!sessions.ok) return sessions;
    if (config.databaseUrl === undefined) await moveIn(building, config.dataDir);
    await rm(building, { recursive: true, force: true });
    const { generation, manifest, damage, leftOut, deletedSessions: deleted } = chosen;
    return ok({
      ...{ generation, madeAt: manifest.made_at, sessions: sessions.value, ...copied.value },
      ...{ deleted, damage, leftOut: [...leftOut], otherHeads },
    });
  } catch (error) {
    return unwritable(error, config.dataDir, opened.folder);
  }
}

/** Names the path: it is in the data folder, beside it, or in the backups, which are only read. */
function unwritable(error: unknown, dataDir: string, folder: BackupFolder): Result<never> {
  const { code, at } = systemError(error);
  if (code === '') throw error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full', at || dataDir);
  const isBackups = at.startsWith(folder.path + sep);
  return fail(isBackups ? 'backup-unreachable' : 'vault-unwritable', `${at || dataDir} (${code})`);
}

/** The blobs of what is restored, into wherever this service keeps them. */
async function copyBack(
  config: BackupConfig,
  { folder }: OpenedBackup,
  { generation, manifest, keys, leftOut }: Chosen,
  { tell, signal }: Watched,
): Promise<Result<{ readonly blobs: number; readonly bytes: number }>> {
  const blobs = await blobsFor(config);
  const copied = { blobs: 0, bytes: 0 };
  for await (const { sessionId, streamId, fragments } of streamsIn(
    join(folder.generationPath(generation), DATABASE_FILE),
  )) {
    tell?.({ step: 'restore', done: copied.blobs, of: manifest.blobs });
    const known = keys.get(sessionId);
    if (known === undefined || leftOut.has(sessionId) || isDestroyed(known, streamId)) continue;
    for (let from = 0; from < fragments.length; from += AT_ONCE) {
      if (signal?.aborted === true) return fail('backup-cancelled');
      const some = fragments.slice(from, from + AT_ONCE);
      const put = await Promise.all(
        some.map(({ take, sequence, blob }) =>
          putBack(folder.blobs, blobs, { sessionId, streamId, take, sequence }, blob),
        ),
      );
      for (const one of put) {
        if (!one.ok) return one;
        copied.blobs += one.value > 0 ? 1 : 0;
        copied.bytes += one.value;
      }
    }
  }
  tell?.({ step: 'restore', done: copied.blobs, of: manifest.blobs });
  return ok(copied);
}

/** Answers its size; 0 for what the service itself could not read then: all others were there a moment ago. */
async function putBack(from: Blobs, into: Blobs, of: BlobOf, name: string): Promise<Result<number>> {
  const sealed = await from.readSealed(of, name);
  if (sealed === undefined) return ok(0);
  const put = await into.writeSealed(of, name, sealed);
  return put.ok ? ok(sealed.length) : put;
}

/** The heads of the audit logs as they were; where others are kept already, those stay: they may know of entries that are lost. */
async function putHeads(
  config: BackupConfig,
  folder: BackupFolder,
  generation: string,
  mark: string,
): Promise<string | null> {
  const { path } = anchorPlace(config);
  const isOwn = path === anchorPlace({ dataDir: config.dataDir }).path;
  if (!isOwn && existsSync(path) && !existsSync(mark)) return path;
  const heads = await ifThere(join(folder.generationPath(generation), HEADS_FILE));
  await writeDurably(mark, Buffer.of());
  if (heads !== undefined) await writeDurably(path, Buffer.from(heads));
  else if (!isOwn) await rm(path, { force: true });
  return null;
}

/** In the log of every tenant, since what came after the backup is missing in each. Answers how many sessions there are. */
async function noteRestored(
  config: BackupConfig,
  database: BackupConfig,
  master: Master,
  { generation, manifest, leftOut }: Chosen,
): Promise<Result<number>> {
  const targets = targetsOf([]);
  const opened = await openStore(database, master);
  if (!targets.ok) return targets;
  if (!opened.ok) return opened;
  const { store } = opened.value;
  try {
    const parts = await partsOver(opened.value, {
      ...{ ...database, auditAnchor: anchorPlace(config).path, clock: Date.now, targets: targets.value },
      ...{ log: () => undefined, wake: () => undefined, publicUrl: () => '', origins: () => [] },
      behindProxy: false,
    });
    const reason = `${generation}, made ${manifest.made_at}; ${leftOut.size} sessions left out`;
    for (const { id: tenantId } of await store.tenants())
      await parts.audit.note({
        ...{ tenantId, actor: 'operator', action: 'service.restored', object: generation },
        ...{ outcome: 'done', reason },
      });
    return ok((await store.sessionIds()).length);
  } finally {
    await store.close();
  }
}

async function moveIn(building: string, dataDir: string): Promise<void> {
  const file = await open(join(building, SQLITE_FILE), 'r+');
  await file.sync();
  await file.close();
  await rename(join(building, SQLITE_FILE), join(dataDir, SQLITE_FILE));
}

/**
 * What a restore that does not go on has written into the folder: only where there is its mark, as without it others wrote that. In
 * another store the blobs may be older.
 */
async function tidyUp(dataDir: string): Promise<void> {
  if (!existsSync(join(dataDir, BUILDING))) return;
  // The mark goes last: cut short, it is still known what the rest is.
  for (const name of [...WRITTEN, BUILDING]) await rm(join(dataDir, name), { recursive: true, force: true });
}
