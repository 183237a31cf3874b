import { createHash } from 'node:crypto';
import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
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
  const read = await readAuditLog(dataDir);
  if (!read.ok) return read;
  await dropTornLine(join(dataDir, FILE));
  let last = read.value.at(-1);
  let queue: Promise<unknown> = Promise.resolve();

  async function append(actor: string, event: AuditEvent): Promise<Result<AuditEntry>> {
    const unhashed = {
      sequence: (last?.sequence ?? 0) + 1,
      at: now().toISOString(),
      actor,
      event,
      previous: last?.hash ?? BEGINNING,
    };
    const entry = { ...unhashed, hash: hashOf(unhashed) };
    try {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const file = await open(join(dataDir, FILE), 'a', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(entry)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      return { ok: false, error: diskError(error, 'audit log') };
    }
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
 * Error: `audit-broken`, naming the first entry that does not fit.
 */
export async function readAuditLog(dataDir: string): Promise<Result<AuditEntry[]>> {
  const text = await readFile(join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const entries: AuditEntry[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = auditEntry.safeParse(parsed(line));
    const place = `entry ${entries.length + 1}`;
    if (!entry.success) return fail('audit-broken', `${place} cannot be read`);
    const { hash, ...unhashed } = entry.data;
    if (
      entry.data.sequence !== entries.length + 1 ||
      entry.data.previous !== (entries.at(-1)?.hash ?? BEGINNING)
    )
      return fail('audit-broken', `${place} does not follow the one before`);
    if (hash !== hashOf(unhashed)) return fail('audit-broken', `${place} was changed`);
    entries.push(entry.data);
  }
  return ok(entries);
}

/** What a crash left of an entry that was never acknowledged must not run into the next one. */
async function dropTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(entry)).digest('hex');
}
