import { createHmac, hkdfSync } from 'node:crypto';
import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FragmentKey } from '../../contract/fragment.ts';
import { ok, type Result } from '../../contract/result.ts';
import { placeOf } from './damage.ts';
import { diskError } from './disk-error.ts';
import { replaceFile } from './durable.ts';
import { FORMAT } from './format.ts';
import type { StoredFragment } from './take-file.ts';

const RECEIPTS_FILE = 'receipts.jsonl';
const receiptLine = z.object({ channelId: z.string(), take: z.int(), sequence: z.int() });

/** Vouches for the receipts of one recording: by HKDF (RFC 5869) from its own key. */
export function receiptKey(key: Uint8Array, sessionId: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `${FORMAT}|${sessionId}|receipts`, 32));
}

/**
 * Notes that the service holds a fragment. Neither fsynced nor missed where the disk is full: a receipt that is lost
 * only makes the fragment be offered again, which changes nothing. Whoever writes media there tells of the disk, and
 * once everything is delivered `keepReceipts` makes up for it.
 */
export async function noteReceipt(dir: string, key: Uint8Array, receipt: FragmentKey): Promise<void> {
  const line = `${lineOf(key, receipt)}\n`;
  await appendFile(join(dir, RECEIPTS_FILE), line, { mode: 0o600 }).catch(() => undefined);
}

/** Makes the receipts of a delivered recording whole and durable, in one step. Errors: those of the disk. */
export async function keepReceipts(
  dir: string,
  key: Uint8Array,
  receipts: readonly FragmentKey[],
): Promise<Result<void>> {
  try {
    await replaceFile(
      join(dir, RECEIPTS_FILE),
      receipts.map((receipt) => `${lineOf(key, receipt)}\n`).join(''),
    );
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'noting the receipts') };
  }
}

export type ReadReceipts = {
  /** How many fragments of each channel have one, counted up to the first without. */
  readonly counts: Map<string, number>;
  /** Number of the first line that is not as it was written, counted from 1. */
  readonly damagedLine: number | undefined;
};

/** Reads them, and cuts off a last line that a crash tore. A line that was damaged does not count. */
export async function readReceipts(
  dir: string,
  key: Uint8Array,
  index: ReadonlyMap<string, readonly StoredFragment[]>,
): Promise<ReadReceipts> {
  const path = join(dir, RECEIPTS_FILE);
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const end = bytes.lastIndexOf('\n') + 1;
  const rest = bytes.subarray(end).toString();
  // What a crash tore has nothing behind its closing brace; a line end that was changed has.
  const isTorn = !/\}./s.test(rest);
  if (isTorn && rest !== '') await truncate(path, end).catch(() => undefined);
  const lines = bytes.subarray(0, end).toString().split('\n').slice(0, -1);
  if (!isTorn) lines.push(rest);
  const noted = lines.map((line) => {
    const receipt = receiptLine.safeParse(parsed(line));
    return receipt.success && lineOf(key, receipt.data) === line ? nameOf(receipt.data) : undefined;
  });
  const seen = new Set(noted);
  const counts = new Map<string, number>();
  for (const [channelId, stored] of index) {
    const missing = stored.findIndex(({ header }) => !seen.has(nameOf(header)));
    counts.set(channelId, missing === -1 ? stored.length : missing);
  }
  const damaged = noted.indexOf(undefined);
  return { counts, damagedLine: damaged === -1 ? undefined : damaged + 1 };
}

/** What names the first receipt that is not as it was written, or is not there of those that a delivered recording had. */
export function faultOf(
  { counts, damagedLine }: ReadReceipts,
  index: ReadonlyMap<string, readonly StoredFragment[]>,
  receipted: Readonly<Record<string, number>> = {},
): string | undefined {
  if (damagedLine !== undefined) return `receipt ${damagedLine}`;
  for (const [channelId, count] of Object.entries(receipted)) {
    const found = counts.get(channelId) ?? 0;
    const next = index.get(channelId)?.[found];
    if (next !== undefined && found < count) return `receipt of ${placeOf(next.header)}`;
  }
  return undefined;
}

function lineOf(key: Uint8Array, { channelId, take, sequence }: FragmentKey): string {
  const receipt = { channelId, take, sequence };
  const mac = createHmac('sha256', key).update(nameOf(receipt)).digest('base64url');
  return JSON.stringify({ ...receipt, mac });
}

function nameOf({ channelId, take, sequence }: FragmentKey): string {
  return `${channelId}|${take}|${sequence}`;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
