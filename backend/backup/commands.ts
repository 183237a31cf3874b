import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { anchorOf, storeOf, type Variables, withParts } from '../main.ts';
import { isNamed, MASTER_FILE, readMaster } from '../secrets/master.ts';
import { type BackupOptions, backUp, type Made } from './back-up.ts';
import type { RestoreOptions } from './chosen.ts';
import { backupFolder, checkedHead } from './folder.ts';
import { readManifest } from './manifest.ts';
import { openBackup, readOnce } from './opened-backup.ts';
import type { Watched } from './progress.ts';
import { type Restored, restore } from './restore.ts';
import { markSuspects } from './suspects.ts';
import { type Damage, type VerifiedBackup, verifyGeneration } from './verify.ts';

type Where = { readonly dataDir: string; readonly variables?: Variables };

/** Backs the service of a data folder up, while it runs or not. Errors as `backUp` and those of opening the store. */
export async function makeBackup(
  { dataDir, variables = process.env }: Where,
  to: string,
  options: BackupOptions,
): Promise<Result<Made>> {
  const config = storeOf(dataDir, variables);
  if (!config.ok) return config;
  if (!existsSync(dataDir)) return fail('usage', `there is no ${dataDir}`);
  const place = { ...config.value, ...anchorOf(variables) };
  return withParts(dataDir, variables, (parts) => backUp(parts, place, backupFolder(resolve(to)), options));
}

export type MadeAndVerified = {
  readonly made: Made;
  readonly verified: readonly VerifiedBackup[];
  /** What was damaged in the folder and was copied again. */
  readonly healed: readonly Damage[];
};

/**
 * The same, and verifies it. What of the folder is damaged is copied again from the service, into one more backup. Errors as
 * `makeBackup` and `verifyBackups`.
 */
export async function makeVerified(
  where: Where,
  to: string,
  options: BackupOptions,
): Promise<Result<MadeAndVerified>> {
  const first = await madeAndVerified(where, to, options);
  const found = first.ok ? first.value.verified.filter(({ suspects }) => suspects.length > 0) : [];
  if (!first.ok || found.length === 0) return first;
  const again = await madeAndVerified(where, to, { ...options, anew: false });
  if (!again.ok) return again;
  const left = new Set(again.value.verified.flatMap(({ damage }) => damage.map(({ path }) => path)));
  // What the service could not give either is not healed: it is left out.
  const missing = again.value.made.unreadable.map(
    ({ session, stream, take, sequence }) => `blobs/${session}/${stream}/${take}.${sequence}.`,
  );
  const healed = found
    .flatMap(({ damage }) => damage)
    .filter(({ path }) => !left.has(path) && !missing.some((start) => path.startsWith(start)));
  return ok({ ...again.value, healed });
}

async function madeAndVerified(
  where: Where,
  to: string,
  options: BackupOptions,
): Promise<Result<MadeAndVerified>> {
  const made = await makeBackup(where, to, options);
  if (!made.ok) return made;
  const { generation } = made.value;
  const { tell, signal } = options;
  const verified = await verifyBackups(where, to, { generation, tell, signal });
  return verified.ok ? ok({ made: made.value, verified: verified.value, healed: [] }) : verified;
}

/**
 * Reads every byte of the backups in a folder, or of one of them. Where the master key is at hand, each fragment is opened, too.
 * What is found to be damaged is marked, and the next backup copies it again. Errors: `backup-none`, `backup-key`,
 * `backup-damaged`, `backup-cancelled`.
 */
export async function verifyBackups(
  { dataDir, variables = process.env }: Where,
  to: string,
  options: Watched & { readonly generation?: string | undefined },
): Promise<Result<VerifiedBackup[]>> {
  const folder = backupFolder(resolve(to));
  const once = await readOnce(folder);
  if (!once.ok) return once;
  const isAtHand = isNamed(variables) || existsSync(join(dataDir, MASTER_FILE));
  const master = isAtHand ? await readMaster(dataDir, variables) : undefined;
  if (master?.ok === false) return master;
  const opened = master === undefined ? undefined : await openBackup(folder, master.value);
  if (opened?.ok === false) return opened;
  const all = options.generation === undefined ? await folder.generations() : [options.generation];
  if (all.length === 0) return fail('backup-none', folder.path);
  const verified: VerifiedBackup[] = [];
  for (const generation of all) {
    const one = await verifyGeneration({ folder, opened: opened?.value }, generation, options);
    if (!one.ok) return one;
    verified.push(one.value);
  }
  const suspects = verified.flatMap((one) => one.suspects);
  if (suspects.length > 0) await markSuspects(folder, suspects);
  return ok(verified);
}

export type ListedBackup = Pick<Made, 'generation' | 'sessions' | 'recordings' | 'blobs' | 'bytes'> & {
  /** ISO 8601; null: what the backup says of itself is damaged. */
  readonly madeAt: string | null;
};

/** The backups in a folder, oldest first. Errors: `backup-none`, `backup-damaged`. */
export async function listBackups(to: string): Promise<Result<ListedBackup[]>> {
  const folder = backupFolder(resolve(to));
  const head = await checkedHead(folder);
  if (!head.ok) return head;
  const listed: ListedBackup[] = [];
  for (const generation of await folder.generations()) {
    const manifest = await readManifest(folder.generationPath(generation));
    const { sessions = 0, recordings = 0, blobs = 0, bytes = 0 } = manifest ?? {};
    listed.push({ generation, madeAt: manifest?.made_at ?? null, sessions, recordings, blobs, bytes });
  }
  return ok(listed);
}

/** Makes a service in an empty data folder of a backup. Errors as `restore`. */
export async function restoreService(
  { dataDir, variables = process.env }: Where,
  from: string,
  options: RestoreOptions,
): Promise<Result<Restored>> {
  const config = storeOf(dataDir, variables);
  if (!config.ok) return config;
  return restore(
    { ...config.value, ...anchorOf(variables) },
    variables,
    backupFolder(resolve(from)),
    options,
  );
}
