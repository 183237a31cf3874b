import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ok, type Result } from '../contract/result.ts';
import { settingRefused } from '../contract/setting.ts';

export type Folders = {
  readonly dataDir: string;
  readonly copiesDir?: string;
  readonly backupTo?: string | undefined;
};

/**
 * Checks that data, second copies and backups do not lie in each other where removing from one would remove from another. The
 * default, `copies` in the data folder, is none of that. Error: `setting-refused`.
 */
export function checkFolders({ dataDir, copiesDir, backupTo }: Folders): Result<void> {
  const data = real(dataDir);
  const copies = real(copiesDir ?? join(dataDir, 'copies'));
  const named = [
    ...(copiesDir === undefined ? [] : [['TALLYLIGHT_COPIES_DIR', copies] as const]),
    ...(backupTo === undefined ? [] : [['TALLYLIGHT_BACKUP_TO', real(backupTo)] as const]),
  ];
  for (const [name, path] of named)
    if (isWithin(path, data) || isWithin(join(data, 'blobs'), path))
      return settingRefused(
        name,
        `${path} is not what it takes: a folder of its own, apart from the data in ${data}`,
      );
  if (backupTo === undefined) return ok(undefined);
  const backups = real(backupTo);
  return overlap(copies, backups)
    ? settingRefused(
        'TALLYLIGHT_COPIES_DIR and TALLYLIGHT_BACKUP_TO',
        `${copies} and ${backups} must not lie in each other`,
      )
    : ok(undefined);
}

/** Whether one of two folders lies in the other, or is it, wherever links lead. */
export function overlap(one: string, other: string): boolean {
  const [first, second] = [real(one), real(other)];
  return isWithin(first, second) || isWithin(second, first);
}

/** Where it leads, also where the end of it is not there yet. */
function real(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(real(dirname(whole)), basename(whole));
  }
}

function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
}
