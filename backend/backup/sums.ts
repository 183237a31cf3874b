import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../blobs/durable.ts';
import { ifThere } from './checked-file.ts';
import type { DumpedFragment } from './dump.ts';
import type { BackupFolder } from './folder.ts';

type Of = { readonly sessionId: string; readonly streamId: string };

/** SHA-256 of the blobs of a stream by their names, as far as they are in the backup. */
export async function readSums(folder: BackupFolder, of: Of): Promise<Map<string, string>> {
  const text = (await ifThere(folder.sumsPath(of.sessionId, of.streamId))) ?? '';
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [sha256 = '', path = ''] = line.split('  ');
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (line === lineOf(of, name, sha256)) sums.set(name, sha256);
  }
  return sums;
}

export async function writeSums(
  folder: BackupFolder,
  { sessionId, streamId }: Of,
  sums: ReadonlyMap<string, string>,
): Promise<void> {
  const path = folder.sumsPath(sessionId, streamId);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = [...sums].map(([name, sha256]) => `${lineOf({ sessionId, streamId }, name, sha256)}\n`);
  await writeDurably(path, Buffer.from(lines.join('')));
}

/** As `recordingLine` of the manifest has it. */
export function digestOf(fragments: readonly DumpedFragment[], sums: ReadonlyMap<string, string>): string {
  const digest = createHash('sha256');
  for (const { blob } of fragments) digest.update(`${sums.get(blob) ?? '-'}  ${blob}\n`);
  return digest.digest('hex');
}

function lineOf({ sessionId, streamId }: Of, name: string, sha256: string): string {
  return `${sha256}  blobs/${sessionId}/${streamId}/${name}`;
}
