import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AuditEntry, type AuditEvent, auditEntry } from '../../contract/audit.ts';
import { canonicalJson } from '../../contract/canonical.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { diskError } from '../vault/disk-error.ts';

const FILE = 'audit.jsonl';
const BEGINNING = '0'.repeat(64);

/** The log of one data folder: one line an entry, each holding the hash of the one before. */
export type AuditLog = {
  /** Appends and fsyncs; entries are written in the order of the calls. */
  readonly write: (actor: string, event: AuditEvent) => Promise<Result<AuditEntry>>;
};

export async function openAuditLog(dataDir: string, now: () => Date): Promise<Result<AuditLog>> {
  const path = join(dataDir, FILE);
  const read = await readWhole(path);
  if (!read.ok) return read;
  let last = read.value.entries.at(-1);
  let { endBytes } = read.value;
  let isTorn = true;
  let queue: Promise<unknown> = Promise.resolve();

  async function append(actor: string, event: AuditEvent): Promise<Result<AuditEntry>> {
    const unhashed = {
      sequence: (last?.sequence ?? 0) + 1,
      at: now().toISOString(),
      actor,
      event,
      previous: last?.hash ?? BEGINNING,
    };
    // What could not be read back would break the log for good.
    if (!auditEntry.omit({ hash: true }).safeParse(unhashed).success)
      return fail('internal', `not an audit entry: ${event.type}`);
    const entry = { ...unhashed, hash: hashOf(unhashed) };
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const file = await open(path, 'a', 0o600);
      try {
        // What a crash or a full disk left of an entry that was never acknowledged must not run into the next one.
        if (isTorn) await file.truncate(endBytes);
        isTorn = true;
        await file.writeFile(line);
        await file.datasync();
        isTorn = false;
      } finally {
        await file.close();
      }
    } catch (error) {
      return { ok: false, error: diskError(error, 'audit log') };
    }
    endBytes += line.length;
    last = entry;
    return ok(entry);
  }

  return ok({
    write: (actor, event) => {
      const next = queue.then(() => append(actor, event));
      queue = next;
      return next;
    },
  });
}

/**
 * Reads the whole log and checks its chain. A torn last line (the process died while writing) is left out.
 * Errors: `audit-broken`, naming the first entry that does not fit; `vault-unwritable` where it cannot be read.
 */
export async function readAuditLog(dataDir: string): Promise<Result<AuditEntry[]>> {
  const read = await readWhole(join(dataDir, FILE));
  return read.ok ? ok(read.value.entries) : read;
}

async function readWhole(path: string): Promise<Result<{ entries: AuditEntry[]; endBytes: number }>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? ok({ entries: [], endBytes: 0 }) : { ok: false, error: diskError(error, 'audit log') };
  }
  const entries: AuditEntry[] = [];
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  for (const line of lines) {
    const written = parsed(line);
    const entry = auditEntry.safeParse(written);
    const place = `entry ${entries.length + 1}`;
    if (!entry.success) return fail('audit-broken', `${place} cannot be read`);
    if (
      entry.data.sequence !== entries.length + 1 ||
      entry.data.previous !== (entries.at(-1)?.hash ?? BEGINNING)
    )
      return fail('audit-broken', `${place} does not follow the one before`);
    // Over what was written rather than what was understood: nothing may be added either.
    if (entry.data.hash !== hashOf(written)) return fail('audit-broken', `${place} was changed`);
    entries.push(entry.data);
  }
  // A whole entry and one byte more is no torn line: the line feed at its end was changed.
  if (auditEntry.safeParse(parsed(rest.slice(0, -1))).success)
    return fail('audit-broken', `entry ${entries.length + 1} was changed`);
  // Every whole line was written by us, so that decoding it lost nothing.
  return ok({ entries, endBytes: Buffer.byteLength(text.slice(0, text.length - rest.length)) });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** SHA-256 over the canonical JSON of an entry without its hash. */
function hashOf(entry: unknown): string {
  const { hash: _, ...unhashed } = z.record(z.string(), z.json()).parse(entry);
  return createHash('sha256').update(canonicalJson(unhashed)).digest('hex');
}
