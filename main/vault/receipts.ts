import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FragmentKey } from '../../contract/fragment.ts';
import type { StoredFragment } from './take-file.ts';

const RECEIPTS_FILE = 'receipts.jsonl';
const receiptLine = z.object({ channelId: z.string(), take: z.int(), sequence: z.int() });

/**
 * Notes that the service holds a fragment. Neither fsynced nor missed where the disk is full: a receipt that is lost
 * only makes the fragment be offered again, which changes nothing. Whoever writes media there tells of the disk.
 */
export async function noteReceipt(dir: string, { channelId, take, sequence }: FragmentKey): Promise<void> {
  const line = `${JSON.stringify({ channelId, take, sequence })}\n`;
  await appendFile(join(dir, RECEIPTS_FILE), line, { mode: 0o600 }).catch(() => undefined);
}

/**
 * How many fragments of each channel have a receipt, counted up to the first without one. A line that a crash tore
 * cannot be read and does not count.
 */
export async function readReceipts(
  dir: string,
  index: ReadonlyMap<string, readonly StoredFragment[]>,
): Promise<Map<string, number>> {
  const text = await readFile(join(dir, RECEIPTS_FILE), 'utf8').catch(() => '');
  const noted = text.split('\n').flatMap((line) => {
    const receipt = receiptLine.safeParse(parsed(line));
    return receipt.success ? [nameOf(receipt.data)] : [];
  });
  const seen = new Set(noted);
  const counts = new Map<string, number>();
  for (const [channelId, stored] of index) {
    const missing = stored.findIndex(({ header }) => !seen.has(nameOf(header)));
    counts.set(channelId, missing === -1 ? stored.length : missing);
  }
  return counts;
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
