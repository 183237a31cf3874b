import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../blobs/durable.ts';
import { ifThere } from './checked-file.ts';
import type { DumpedFragment } from './dump.ts';
import type { BackupFolder } from './folder.ts';

type Of = { readonly sessionId: string; readonly streamId: string };

export type Sums = {
  /** SHA-256 of the blobs of a stream by their names, as far as they are in the backup. */
  readonly all: Map<string, string>;
  /** Names of those that were found to be damaged, or their line: the next backup copies them again. */
  readonly suspect: Set<string>;
};

/** In front of the line of a suspect one; `sha256sum -c` passes over such a line. */
const SUSPECT = '#';

export async function readSums(folder: BackupFolder, of: Of): Promise<Sums> {
  const text = (await ifThere(folder.sumsPath(of.sessionId, of.streamId))) ?? '';
  const sums: Sums = { all: new Map(), suspect: new Set() };
  for (const marked of text.split('\n')) {
    const line = marked.startsWith(SUSPECT) ? marked.slice(SUSPECT.length) : marked;
    const [sha256 = '', path = ''] = line.split('  ');
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (line !== lineOf(of, name, sha256)) continue;
    sums.all.set(name, sha256);
    if (line !== marked) sums.suspect.add(name);
  }
  return sums;
}

export async function writeSums(
  folder: BackupFolder,
  { sessionId, streamId }: Of,
  { all, suspect }: Sums,
): Promise<void> {
  const path = folder.sumsPath(sessionId, streamId);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = [...all].map(([name, sha256]) => {
    const line = lineOf({ sessionId, streamId }, name, sha256);
    return `${suspect.has(name) ? SUSPECT : ''}${line}\n`;
  });
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
