import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';

const WRITE_ERRORS: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
};

/** The error of the closed list for a failed write: no space, no quota left, a disk that is read-only, or not permitted. */
export function diskError(cause: unknown, what: string): TallylightError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return errorOf(WRITE_ERRORS[code] ?? 'vault-unwritable', `${what} (${code})`);
}

/** Whether there is no such file or folder. */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
