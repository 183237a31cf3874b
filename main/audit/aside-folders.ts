import { readdir } from 'node:fs/promises';
import type { AuditEntry } from '../../contract/audit.ts';
import { fail, ok, type Result } from '../../contract/result.ts';

const ASIDE = 'audit-set-aside-';
/** Of one that is still being filled. */
const UNFINISHED = '.part';

/** What the folder of a log that is set aside at that moment is called, in its data folder. */
export function asideName(at: Date): string {
  return `${ASIDE}${at.toISOString().replaceAll(':', '-')}`;
}

export function unfinishedOf(name: string): string {
  return name + UNFINISHED;
}

/** The name that an unfinished folder gets; undefined for one that has it. */
export function finishedOf(folder: string): string | undefined {
  return folder.endsWith(UNFINISHED) ? folder.slice(0, -UNFINISHED.length) : undefined;
}

export function isAsideName(text: string): boolean {
  return text.startsWith(ASIDE) && /^[\w.-]+$/.test(text);
}

/** Names of the folders of logs that were set aside in a data folder, the earliest first. */
export async function asideFolders(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir).catch(() => []);
  return names.filter(isAsideName).sort();
}

/** The breaks that a log says it comes after. */
export function breaksOf(entries: readonly AuditEntry[]) {
  return entries.flatMap(({ event }) => (event.type === 'audit.set-aside' ? [event] : []));
}

/** A log beside which others lie that were set aside names each of them. Error: `audit-broken`. */
export function fitsAside(entries: readonly AuditEntry[], folders: readonly string[]): Result<void> {
  const named = new Set(breaksOf(entries).map(({ folder }) => folder));
  const unnamed = folders.find((folder) => !named.has(finishedOf(folder) ?? folder));
  return unnamed === undefined ? ok(undefined) : fail('audit-broken', `it does not name ${unnamed}`);
}
