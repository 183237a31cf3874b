import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AuditEntry, type AuditHead, auditHead } from '../../contract/audit.ts';
import { canonicalJson } from '../../contract/canonical.ts';
import { sha256Hex } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError } from '../vault/disk-error.ts';
import { replaceFile } from '../vault/durable.ts';
import { parsed, readError } from './entry-line.ts';

/** Where the log ended, and HMAC-SHA256 (RFC 2104) over that. */
export const HEAD_FILE = 'audit.head';
/** The key of the HMAC, wrapped for this device, after a line that says by which kind of store. */
export const KEY_FILE = 'audit-key.wrapped';
/** What an HMAC is over besides what it vouches for, so that it vouches for nothing else. */
const PURPOSE = { head: 'tallylight audit head 1\n', entry: 'tallylight audit entry 1\n' };
/** What the first entry of a log follows. */
export const BEGINNING = '0'.repeat(64);

const headFile = auditHead.extend({ mac: sha256Hex });

/** The head of a data folder's log as it lies beside it, whoever wrote it. */
export type WrittenHead = {
  readonly head: AuditHead & { readonly mac: string };
  readonly key: Uint8Array;
};

/** What lies beside a log: its head; the key alone, which is made just before the first head; nothing. */
export type FoundHead =
  | WrittenHead
  | {
      readonly head: undefined;
      readonly key: Uint8Array | undefined;
      /** Something was kept here once, and consent to it is always noted before. */
      readonly hasRecorded: boolean;
    };

/** Error: `audit-broken`. */
export async function readHead(dataDir: string): Promise<Result<FoundHead>> {
  try {
    const text = await readIfThere(join(dataDir, HEAD_FILE));
    const key = await readIfThere(join(dataDir, KEY_FILE));
    if (text === undefined)
      return ok({ head: undefined, key, hasRecorded: existsSync(join(dataDir, 'vault')) });
    const head = headFile.safeParse(parsed(text.toString()));
    if (!head.success || text.toString() !== textOf(head.data))
      return fail('audit-broken', 'its head cannot be read');
    return key === undefined
      ? fail('audit-broken', 'the key of its head is missing')
      : ok({ head: head.data, key });
  } catch (error) {
    return { ok: false, error: readError(error, 'head of the audit log') };
  }
}

/**
 * Holds a log against its head. The head is one behind where a crash came between the two: then the entry that it does not
 * know was never acknowledged, and has to vouch for itself (`proveHead`). Only a log from before there were heads has none,
 * and that has no key either. Error: `audit-broken`.
 */
export function fitsHead(entries: readonly AuditEntry[], found: FoundHead): Result<void> {
  const { head, key } = found;
  if (found.head === undefined && found.hasRecorded && entries.length === 0)
    return fail('audit-broken', 'the log and its head are missing');
  if (head === undefined)
    return entries.some(({ mac }) => key !== undefined || mac !== undefined)
      ? fail('audit-broken', 'its head is missing')
      : ok(undefined);
  const count = entries.length;
  if (count < head.sequence) return fail('audit-broken', missing(count + 1, head.sequence));
  if ((entries[head.sequence - 1]?.hash ?? BEGINNING) !== head.hash)
    return fail('audit-broken', `entry ${head.sequence} is not the one its head names`);
  return count > head.sequence + 1
    ? fail('audit-broken', `entry ${head.sequence + 2} is beyond its head`)
    : ok(undefined);
}

function missing(first: number, last: number): string {
  return first === last ? `entry ${first} is missing` : `entries ${first} to ${last} are missing`;
}

export function headOf(entries: readonly AuditEntry[]): AuditHead {
  const last = entries.at(-1);
  return { sequence: last?.sequence ?? 0, hash: last?.hash ?? BEGINNING };
}

/**
 * Whether this device wrote that head, and the entry that it does not know yet. Errors: `audit-broken`, `key-elsewhere`, those
 * of the secret store.
 */
export async function proveHead(
  written: WrittenHead,
  entries: readonly AuditEntry[],
  secrets: SecretStore,
): Promise<Result<void>> {
  const key = await unwrapped(written.key, secrets);
  if (!key.ok) return key;
  const { head } = written;
  if (!isSame(macOfHead(key.value, head), head.mac)) return fail('audit-broken', 'its head was changed');
  const foreign = entries
    .slice(head.sequence)
    .find((entry) => !isSame(macOfEntry(key.value, entry), entry.mac ?? ''));
  return foreign === undefined
    ? ok(undefined)
    : fail('audit-broken', `entry ${foreign.sequence} was not written here`);
}

/** The entries that this device wrote, whatever became of their log, by the key beside it; none where that does not open. */
export async function provenEntries(
  dir: string,
  entries: readonly AuditEntry[],
  secrets: SecretStore,
): Promise<AuditEntry[]> {
  const kept = await readIfThere(join(dir, KEY_FILE)).catch(() => undefined);
  const key = kept === undefined ? undefined : await unwrapped(kept, secrets);
  if (key?.ok !== true) return [];
  return entries.filter((entry) => isSame(macOfEntry(key.value, entry), entry.mac ?? ''));
}

/** Whether the key beside a log is one of a keychain. */
export async function isOfKeychain(dir: string): Promise<boolean> {
  const kept = await readIfThere(join(dir, KEY_FILE)).catch(() => undefined);
  return kept?.toString('latin1').startsWith('keychain\n') === true;
}

/** What vouches for a log while it is written. Errors: those of the disk and of the secret store. */
export type HeadKeeper = {
  /** Durable when it resolves. */
  readonly write: (head: AuditHead) => Promise<Result<void>>;
  readonly macOf: (entry: Omit<AuditEntry, 'mac' | 'hash'>) => Promise<Result<string>>;
};

/** Its key is made when it is first needed. */
export function headKeeper(dataDir: string, secrets: SecretStore): HeadKeeper {
  const path = join(dataDir, KEY_FILE);
  let known: Uint8Array | undefined;

  async function keyOf(): Promise<Result<Uint8Array>> {
    const kept = await readIfThere(path);
    if (kept !== undefined) return unwrapped(kept, secrets);
    const made = randomBytes(32);
    const wrapped = await secrets.wrap(made);
    if (!wrapped.ok) return wrapped;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await replaceFile(path, Buffer.concat([Buffer.from(`${secrets.kind}\n`), wrapped.value]));
    return ok(made);
  }
  async function withKey<T>(use: (key: Uint8Array) => T | Promise<T>): Promise<Result<T>> {
    try {
      const key = known === undefined ? await keyOf() : ok(known);
      if (!key.ok) return key;
      known = key.value;
      return ok(await use(known));
    } catch (error) {
      return { ok: false, error: diskError(error, 'head of the audit log') };
    }
  }

  return {
    write: (head) =>
      withKey((key) => {
        const { sequence, hash } = head;
        return replaceFile(join(dataDir, HEAD_FILE), textOf({ sequence, hash, mac: macOfHead(key, head) }));
      }),
    macOf: (entry) => withKey((key) => macOfEntry(key, entry)),
  };
}

/** As it lies on the disk, letter by letter. */
function textOf({ sequence, hash, mac }: WrittenHead['head']): string {
  return `${JSON.stringify({ sequence, hash, mac })}\n`;
}

async function unwrapped(kept: Uint8Array, secrets: SecretStore): Promise<Result<Uint8Array>> {
  const end = kept.indexOf(0x0a);
  const kind = Buffer.from(kept.subarray(0, end)).toString();
  if (kind === secrets.kind) {
    const key = await secrets.unwrap(kept.subarray(end + 1));
    // A keychain may refuse for the moment, which is nobody's change to the log.
    if (key.ok || kind === 'keychain') return key;
  } else if (kind === 'keychain' || kind === 'key-file') return fail('key-elsewhere', `audit log: ${kind}`);
  return fail('audit-broken', 'the key of its head does not open');
}

function macOfHead(key: Uint8Array, { sequence, hash }: AuditHead): string {
  return macOf(key, PURPOSE.head + canonicalJson({ sequence, hash }));
}

function macOfEntry(key: Uint8Array, entry: Omit<AuditEntry, 'mac' | 'hash'>): string {
  const { mac: _mac, hash: _hash, ...rest } = z.record(z.string(), z.json()).parse(entry);
  return macOf(key, PURPOSE.entry + canonicalJson(rest));
}

function macOf(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function isSame(expected: string, shown: string): boolean {
  return expected.length === shown.length && timingSafeEqual(Buffer.from(expected), Buffer.from(shown));
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
