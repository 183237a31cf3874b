import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { folder } from './service.ts';

/** A ZIP file as the tools of others read it, which check its digests on the way. */
export type Unzipped = {
  readonly folder: string;
  /** Paths, sorted. */
  readonly paths: readonly string[];
  readonly text: (path: string) => string;
  readonly bytes: (path: string) => Buffer;
};

export async function unzipped(zip: Uint8Array): Promise<Unzipped> {
  const into = await folder();
  const file = join(await folder(), 'archive.zip');
  await writeFile(file, zip);
  execFileSync('unzip', ['-q', file, '-d', into]);
  const entries = await readdir(into, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(into, join(entry.parentPath, entry.name)))
    .sort();
  const bytes = (path: string) => readFileSync(join(into, path));
  return { folder: into, paths, bytes, text: (path) => bytes(path).toString('utf8') };
}

/** Whether `sha256sum -c` finds every file of an archive as it is listed. Throws where it does not. */
export function checkSums({ folder: into }: Unzipped): void {
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: into });
}
