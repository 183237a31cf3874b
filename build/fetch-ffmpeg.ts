import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { FFMPEG_BUILDS, type FfmpegBuild } from './ffmpeg-builds.ts';
import { zipEntry } from './zip-entry.ts';

/**
 * Gets the program of a target into `<folder>/<target>/`. Throws where what comes is not what is expected. The program
 * itself is checked by packaging.
 */
export async function fetchFfmpeg(target: string, build: FfmpegBuild, folder: string): Promise<string> {
  const { url, sha256, unpack } = build.archive;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  const archive = Buffer.from(await response.arrayBuffer());
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== sha256) throw new Error(`${url} has the SHA-256 ${found}, expected ${sha256}.`);
  const place = join(folder, target);
  const program = join(place, build.program);
  await mkdir(place, { recursive: true });
  await writeFile(program, unpack === 'gzip' ? gunzipSync(archive) : zipEntry(archive, build.program));
  await chmod(program, 0o755);
  return program;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [target = '', folder = process.env.TALLYLIGHT_FFMPEG_DIR ?? ''] = process.argv.slice(2);
  const build = FFMPEG_BUILDS.targets[target];
  if (build?.ships !== 'build' || folder === '') {
    process.stderr.write(
      'npx node build/fetch-ffmpeg.ts TARGET [FOLDER], e.g. darwin-arm64; FOLDER or TALLYLIGHT_FFMPEG_DIR\n',
    );
    process.exit(2);
  }
  process.stdout.write(`${await fetchFfmpeg(target, build, folder)}\n`);
}
