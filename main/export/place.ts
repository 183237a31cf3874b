import { link, lstat, rename } from 'node:fs/promises';

/** What a file system answers that knows no second name for a file (link(2): EPERM; others say it is not supported). */
const KNOWS_NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives a whole file its name, which nothing may have by then: false where something has it, also a link that leads nowhere.
 * Where the file system knows no links, that is looked at just before. The old name may stay. An error of the disk is thrown.
 */
export async function place(from: string, to: string, byLink: typeof link = link): Promise<boolean> {
  try {
    await byLink(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    if (!KNOWS_NO_LINKS.has(code)) throw error;
  }
  if (await exists(to)) return false;
  await rename(from, to);
  return true;
}

/** A link that leads nowhere is there, too. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
