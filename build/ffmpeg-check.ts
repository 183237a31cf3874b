import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FfmpegBuild } from './ffmpeg-builds.ts';

const run = promisify(execFile);

/**
 * Throws unless this file is the program that is to be shipped and may be: its checksum, its licence and its abilities.
 * Where the target is the machine that packages, the program is asked; a foreign one is only looked through for words.
 */
export async function assertShippable(
  file: string,
  target: string,
  build: FfmpegBuild,
  machine = `${process.platform}-${process.arch}`,
): Promise<void> {
  if (build.sha256 === null)
    throw new Error(
      `${target}: no checksum is known. Check where the program comes from, run \`ffmpeg -L\`, and write its SHA-256 ` +
        'into build/ffmpeg-builds.json.',
    );
  const bytes = await readFile(file);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== build.sha256)
    throw new Error(`${target}: ${file} has the SHA-256 ${found}, expected ${build.sha256}.`);
  if (bytes.includes('--enable-nonfree'))
    throw new Error(`${target}: ${file} ${NOT_OURS} (--enable-nonfree).`);
  if (target === machine) await assertByAsking(file, target, build);
  else assertByReading(bytes, file, target, build);
}

const NOT_OURS = 'is built with parts that are not redistributable';

async function assertByAsking(file: string, target: string, build: FfmpegBuild): Promise<void> {
  const ask = async (question: string) =>
    (await run(file, ['-hide_banner', question], { timeout: 30_000, maxBuffer: 16 * 1024 * 1024 })).stdout;
  const version = await ask('-version');
  // fftools/opt_common.c of FFmpeg 5.1: "has nonfree parts compiled in. Therefore it is not legally redistributable."
  if (/nonfree/.test(version + (await ask('-L')))) throw new Error(`${target}: ${file} ${NOT_OURS}.`);
  const told = /^ffmpeg version (\S+)/m.exec(version)?.[1] ?? 'none';
  if (!told.startsWith(build.version))
    throw new Error(`${target}: ${file} says that it is version ${told}, expected ${build.version}.`);
  for (const [kind, names] of Object.entries(build.needs)) {
    const listed = new Set((await ask(`-${kind}`)).split(/[\s,]+/));
    refuseLacking(
      names.filter((name) => !listed.has(name)),
      file,
      target,
    );
  }
}

function assertByReading(bytes: Buffer, file: string, target: string, build: FfmpegBuild): void {
  const names = Object.values(build.needs).flat();
  refuseLacking(
    names.filter((name) => !bytes.includes(name)),
    file,
    target,
  );
}

function refuseLacking(lacking: readonly string[], file: string, target: string): void {
  if (lacking.length > 0) throw new Error(`${target}: ${file} lacks ${lacking.join(', ')}.`);
}
