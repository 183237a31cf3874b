import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError } from '../vault/disk-error.ts';
import { replaceFile, syncFolder } from '../vault/durable.ts';
import { asideFolders, asideName, finishedOf, isAsideName, unfinishedOf } from './aside-folders.ts';
import { hashOf, readError, wholeEntry } from './entry-line.ts';
import { BEGINNING, HEAD_FILE, headOf, isOfKeychain, KEY_FILE, provenEntries } from './head.ts';
import { LOG_FILE, openAuditLog, verifyAuditLog } from './log.ts';

/** What is said in the new log of one that was set aside. */
export type SetAside = Extract<AuditEvent, { readonly type: 'audit.set-aside' }>;

const FILES = [LOG_FILE, HEAD_FILE, KEY_FILE] as const;

/**
 * Moves a log that is damaged, with its head and its key, as they are into a folder of their own in the data folder, and begins
 * a new log, whose first entries say of each log that was ever set aside there what was found. Nothing is removed; what cuts it
 * short leaves what asks for it again, and goes on where it was. A log of an app with a keychain is given its head when
 * the app is started next. The caller holds the data folder. Errors: `audit-whole`, `key-elsewhere` where nothing but a
 * keychain could tell, those of the disk and of the secret store.
 */
export async function setAuditAside(
  dataDir: string,
  now: () => Date,
  secrets: SecretStore,
): Promise<Result<SetAside>> {
  const verified = await verifyAuditLog(dataDir, async () => ok(secrets));
  const begun = (await asideFolders(dataDir)).find((folder) => finishedOf(folder) !== undefined);
  if (verified.ok && begun === undefined) return fail('audit-whole');
  if (!verified.ok && verified.error.code !== 'audit-broken') return verified;
  try {
    const folder = verified.ok ? begun : await moved(dataDir, begun, now());
    if (folder === undefined) return fail('internal', 'nothing was moved');
    if (!verified.ok) await writeNew(dataDir, now(), secrets);
    const name = finishedOf(folder) ?? folder;
    const anchored = (await isOfKeychain(join(dataDir, folder)))
      ? ok(undefined)
      : await openAuditLog(dataDir, now, secrets);
    if (!anchored.ok) return anchored;
    await finish(dataDir, folder);
    return ok(await described(dataDir, name, secrets));
  } catch (error) {
    return { ok: false, error: diskError(error, 'audit log') };
  }
}

/** The lines of a log that was set aside which are entries by their own hash. Errors: those of the disk. */
export async function readAside(dataDir: string, name: string): Promise<Result<AuditEntry[]>> {
  try {
    const text = await readFile(join(dataDir, name, LOG_FILE), 'utf8');
    return ok(text.split('\n').flatMap((line) => wholeEntry(line) ?? []));
  } catch (error) {
    return { ok: false, error: readError(error, name) };
  }
}

/** Entries of logs that were set aside which this device wrote, by their own HMAC. */
export async function provenAside(dataDir: string, secrets: SecretStore): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (const folder of await asideFolders(dataDir)) {
    const read = await readAside(dataDir, folder);
    if (read.ok) found.push(...(await provenEntries(join(dataDir, folder), read.value, secrets)));
  }
  return found;
}

/** Answers the unfinished folder that log, head and key are in now. */
async function moved(dataDir: string, begun: string | undefined, at: Date): Promise<string> {
  const here = FILES.filter((name) => existsSync(join(dataDir, name)));
  const isOther = begun !== undefined && here.some((name) => existsSync(join(dataDir, begun, name)));
  if (isOther) await finish(dataDir, begun);
  const folder = begun === undefined || isOther ? unfinishedOf(unusedName(dataDir, at)) : begun;
  await mkdir(join(dataDir, folder), { recursive: true, mode: 0o700 });
  // Before anything is in it: from here on a log that does not name it is not whole.
  await syncFolder(dataDir);
  for (const name of here) await rename(join(dataDir, name), join(dataDir, folder, name));
  await syncFolder(join(dataDir, folder));
  await syncFolder(dataDir);
  return folder;
}

/** Clocks are set back. */
function unusedName(dataDir: string, at: Date): string {
  const name = asideName(at);
  return existsSync(join(dataDir, name)) ? unusedName(dataDir, new Date(at.getTime() + 1)) : name;
}

async function finish(dataDir: string, folder: string): Promise<void> {
  const name = finishedOf(folder);
  if (name === undefined) return;
  await rename(join(dataDir, folder), join(dataDir, name));
  await syncFolder(dataDir);
}

/** In one step, and without a head, as none can be written before there is a log that it belongs to. */
async function writeNew(dataDir: string, at: Date, secrets: SecretStore): Promise<void> {
  const entries: AuditEntry[] = [];
  for (const folder of await asideFolders(dataDir)) {
    const event = await described(dataDir, folder, secrets);
    const unhashed = {
      sequence: entries.length + 1,
      at: at.toISOString(),
      actor: 'tallylight',
      event,
      previous: headOf(entries).hash,
    };
    entries.push({ ...unhashed, hash: hashOf(unhashed) });
  }
  await replaceFile(join(dataDir, LOG_FILE), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

async function described(dataDir: string, folder: string, secrets: SecretStore): Promise<SetAside> {
  const dir = join(dataDir, folder);
  const bytes = await readFile(join(dir, LOG_FILE)).catch(() => undefined);
  const read = await readAside(dataDir, folder);
  const entries = read.ok ? read.value : [];
  return {
    type: 'audit.set-aside',
    folder: finishedOf(folder) ?? folder,
    found: await foundIn(dir, secrets),
    sha256: bytes === undefined ? null : createHash('sha256').update(bytes).digest('hex'),
    entries: entries.length,
    lastHash: entries.at(-1)?.hash ?? BEGINNING,
  };
}

async function foundIn(dir: string, secrets: SecretStore): Promise<string> {
  const verified = await verifyAuditLog(dir, async () => ok(secrets));
  if (!verified.ok) return verified.error.detail ?? verified.error.code;
  return verified.value.entries.length === 0 ? 'the log and its head are missing' : 'it is whole';
}

/** Error: `usage` where that is no folder of a log that was set aside here. */
export async function asideDir(dataDir: string, name: string): Promise<Result<string>> {
  const isHere = isAsideName(name) && (await asideFolders(dataDir)).includes(name);
  return isHere ? ok(join(dataDir, name)) : fail('usage', `no log was set aside here as ${name}`);
}
