import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AuditEntry, auditEntry } from '../../contract/audit.ts';
import { canonicalJson } from '../../contract/canonical.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { diskError } from '../vault/disk-error.ts';

/** The entry of one line of the log where its own hash is right, whatever comes before it; undefined where it is not. */
export function wholeEntry(line: string): AuditEntry | undefined {
  const written = parsed(line);
  const entry = auditEntry.safeParse(written);
  if (!entry.success) return undefined;
  // Over what was written rather than what was understood: nothing may be added either.
  // And by the very letters: JSON may say the same in another way, such as 1E-7 for 1e-7.
  return entry.data.hash === hashOf(written) && JSON.stringify(written) === line ? entry.data : undefined;
}

/** What a line says; undefined where it is no JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** SHA-256 over the canonical JSON of an entry without its hash. */
export function hashOf(entry: unknown): string {
  const { hash: _, ...unhashed } = z.record(z.string(), z.json()).parse(entry);
  return createHash('sha256').update(canonicalJson(unhashed)).digest('hex');
}

/** The error for a part of the log that the disk does not give; where it gives no more of it, a sector being bad, it is damaged. */
export function readError(cause: unknown, what: string): TallylightError {
  const isDamaged = cause instanceof Error && 'code' in cause && cause.code === 'EIO';
  return isDamaged ? errorOf('audit-broken', `${what} (EIO)`) : diskError(cause, what);
}
