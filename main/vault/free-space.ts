import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ok, type Result } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';

/** Bytes that this user may still write to the disk of a folder, which may not be there yet. Errors: those of the disk. */
export async function freeBytes(folder: string): Promise<Result<number>> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return ok(bavail * bsize);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && dirname(folder) !== folder) return freeBytes(dirname(folder));
    return { ok: false, error: diskError(error, folder) };
  }
}
