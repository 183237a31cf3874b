import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AuditEntry, type AuditEvent, auditEntry } from '../../contract/audit.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError, isMissing } from '../vault/disk-error.ts';
import { asideFolders, fitsAside } from './aside-folders.ts';
import { hashOf, parsed, readError, wholeEntry } from './entry-line.ts';
import { type FoundHead, fitsHead, headKeeper, headOf, proveHead, readHead } from './head.ts';

/** The log, in its data folder. */
export const LOG_FILE = 'audit.jsonl';

/**
 * The log of one data folder: one line an entry, each holding the hash of the one before. Where it ends lies beside it
 * (head.ts), so that one that was cut, written anew or taken away is found. Whoever can write to the folder can do what is not
 * found: delete log and head together, or log, head and key and put in their place a log as they were before there were heads; or
 * put all of them back to what they were at an earlier time. Against that only a copy of the head kept elsewhere helps.
 */
export type AuditLog = {
  /** Appends and fsyncs, then writes the head; entries are written in the order of the calls. */
  readonly write: (actor: string, event: AuditEvent) => Promise<Result<AuditEntry>>;
};

/**
 * A log from before there were heads is given one when it is first opened; its entries stay without `mac`.
 * Errors: as `verifyAuditLog`.
 */
export async function openAuditLog(
  dataDir: string,
  now: () => Date,
  secrets: SecretStore,
): Promise<Result<AuditLog>> {
  const path = join(dataDir, LOG_FILE);
  const read = await readWhole(path);
  if (!read.ok) return read;
  const written = await readHead(dataDir);
  if (!written.ok) return written;
  const proven = await proveWhole(read.value.entries, written.value, secrets);
  if (!proven.ok) return proven;
  const named = fitsAside(read.value.entries, await asideFolders(dataDir));
  if (!named.ok) return named;
  const keeper = headKeeper(dataDir, secrets);
  let head = headOf(read.value.entries);
  let { endBytes } = read.value;
  if (head.sequence > (written.value.head?.sequence ?? 0)) {
    const anchored = await keeper.write(head);
    if (!anchored.ok) return anchored;
  }
  /** Whether the disk may hold something of an entry that was never acknowledged. */
  let isUnsure = true;
  let queue: Promise<unknown> = Promise.resolve();

  async function append(actor: string, event: AuditEvent): Promise<Result<AuditEntry>> {
    const said = {
      sequence: head.sequence + 1,
      at: now().toISOString(),
      actor,
      event,
      previous: head.hash,
    };
    // What could not be read back would break the log for good.
    if (!auditEntry.omit({ hash: true }).safeParse(said).success)
      return fail('internal', `not an audit entry: ${event.type}`);
    const mac = await keeper.macOf(said);
    if (!mac.ok) return mac;
    const unhashed = { ...said, mac: mac.value };
    const entry = { ...unhashed, hash: hashOf(unhashed) };
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      if (isUnsure) {
        // Before what it may know of is taken away, and before there is an entry that it should know of.
        const anchored = await keeper.write(head);
        if (!anchored.ok) return anchored;
      }
      const file = await open(path, 'a', 0o600);
      try {
        // What a crash or a full disk left of an entry that was never acknowledged must not run into the next one.
        if (isUnsure) await file.truncate(endBytes);
        isUnsure = true;
        await file.writeFile(line);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      return { ok: false, error: diskError(error, 'audit log') };
    }
    const anchored = await keeper.write(entry);
    if (!anchored.ok) return anchored;
    isUnsure = false;
    endBytes += line.length;
    head = entry;
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
  const read = await readWhole(join(dataDir, LOG_FILE));
  return read.ok ? ok(read.value.entries) : read;
}

export type VerifiedLog = {
  readonly entries: readonly AuditEntry[];
  /** False for a log that was not opened since there are heads: only its chain was checked. */
  readonly hasHead: boolean;
};

/**
 * Reads the whole log, checks its chain and holds it against its head, also while it is written. `secrets` is asked for where
 * there is a head. Errors: those of `readAuditLog`; `audit-broken` where log and head do not belong together;
 * `key-elsewhere` where everything fits and the head can only be proven with another key store.
 */
export async function verifyAuditLog(
  dataDir: string,
  secrets: () => Promise<Result<SecretStore>>,
): Promise<Result<VerifiedLog>> {
  for (;;) {
    const before = await readHead(dataDir);
    const entries = await readAuditLog(dataDir);
    if (!entries.ok) return entries;
    const after = await readHead(dataDir);
    // Something was written meanwhile.
    if (!isDeepStrictEqual(before, after)) continue;
    if (!after.ok) return after;
    const hasHead = after.value.head !== undefined;
    const store = hasHead ? await secrets() : undefined;
    if (store?.ok === false) return store;
    const proven = await proveWhole(entries.value, after.value, store?.value);
    const fits = proven.ok ? fitsAside(entries.value, await asideFolders(dataDir)) : proven;
    return fits.ok ? ok({ entries: entries.value, hasHead }) : fits;
  }
}

async function proveWhole(
  entries: readonly AuditEntry[],
  found: FoundHead,
  secrets: SecretStore | undefined,
): Promise<Result<void>> {
  const fits = fitsHead(entries, found);
  if (!fits.ok || found.head === undefined || secrets === undefined) return fits;
  return proveHead(found, entries, secrets);
}

async function readWhole(path: string): Promise<Result<{ entries: AuditEntry[]; endBytes: number }>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return ok({ entries: [], endBytes: 0 });
    return { ok: false, error: readError(error, 'audit log') };
  }
  const entries: AuditEntry[] = [];
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  for (const line of lines) {
    const whole = wholeEntry(line);
    const entry = whole ?? auditEntry.safeParse(parsed(line)).data;
    const place = `entry ${entries.length + 1}`;
    if (entry === undefined) return fail('audit-broken', `${place} cannot be read`);
    if (entry.sequence !== entries.length + 1 || entry.previous !== headOf(entries).hash)
      return fail('audit-broken', `${place} does not follow the one before`);
    if (whole === undefined) return fail('audit-broken', `${place} was changed`);
    entries.push(entry);
  }
  // A whole entry and one byte more is no torn line: the line feed at its end was changed.
  if (auditEntry.safeParse(parsed(rest.slice(0, -1))).success)
    return fail('audit-broken', `entry ${entries.length + 1} was changed`);
  // Every whole line was written by us, so that decoding it lost nothing.
  return ok({ entries, endBytes: Buffer.byteLength(text.slice(0, text.length - rest.length)) });
}
