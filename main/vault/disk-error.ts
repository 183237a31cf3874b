import { errorOf, type TallylightError } from '../../contract/result.ts';

/** The error of the closed list for a failed write: no space, no quota left, or not permitted. */
export function diskError(cause: unknown, what: string): TallylightError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return errorOf(full ? 'disk-full' : 'vault-unwritable', `${what} (${code})`);
}

/** Whether there is no such file or folder. */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
