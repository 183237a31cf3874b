import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** Longer names are refused by some file systems, and there are endings to come. */
const LONGEST = 80;

/**
 * A path in `folder` that is not taken: by the title and the day of the recording, with a number where there is such a file
 * already, or one of its digest.
 */
export async function freePath(
  folder: string,
  { title, startedAt }: { readonly title: string | null; readonly startedAt: string },
): Promise<string> {
  const stem = `${nameOf(title ?? 'Recording')} ${startedAt.slice(0, 10)}`;
  for (let copy = 1; ; copy++) {
    const path = join(folder, `${stem}${copy === 1 ? '' : ` (${copy})`}.mp4`);
    const isTaken = await Promise.all([path, `${path}.sha256`].map(isThere));
    if (!isTaken.includes(true)) return path;
  }
}

/**
 * What of a title every file system takes: no separators, none of the characters that Windows keeps for itself
 * (learn.microsoft.com/windows/win32/fileio/naming-a-file), no control characters, no leading or trailing dot or blank.
 */
function nameOf(title: string): string {
  const clean = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const short = [...clean].slice(0, LONGEST).join('').trimEnd();
  return short === '' ? 'Recording' : short;
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
