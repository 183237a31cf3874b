import { chmod, copyFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AfterPackContext } from 'electron-builder';
import { FFMPEG_BUILDS, type FfmpegBuild, type FfmpegBuilds, NO_CONTACT } from './ffmpeg-builds.ts';
import { assertShippable } from './ffmpeg-check.ts';

/** builder-util's enum `Arch` in the order of its numbers. */
const ARCHES = ['ia32', 'x64', 'armv7l', 'arm64', 'universal'];
const ROOT = join(import.meta.dirname, '..');

/** What packaging is done with; the folders of this repository unless a test brings its own. */
export type Packing = {
  readonly builds: FfmpegBuilds;
  /** Holds `<target>/ffmpeg` or `ffmpeg.exe`; see fetch-ffmpeg.ts. */
  readonly ffmpegDir: string | undefined;
  /** Where electron-builder.yml takes `ffmpeg/<target>` from. */
  readonly stagingDir: string;
  readonly noticesFile: string;
};

const HERE: Packing = {
  builds: FFMPEG_BUILDS,
  ffmpegDir: process.env.TALLYLIGHT_FFMPEG_DIR,
  stagingDir: join(ROOT, 'artifacts', 'ffmpeg'),
  noticesFile: join(ROOT, 'THIRD-PARTY-NOTICES'),
};

/** electron-builder's hook: nothing is packaged without an ffmpeg that may be shipped. */
export function beforePack(context: AfterPackContext): Promise<void> {
  return stageFfmpeg(`${context.electronPlatformName}-${ARCHES[context.arch]}`, HERE);
}

/** electron-builder's hook: a source of `extraResources` that is missing is only a warning to it. */
export function afterPack(context: AfterPackContext): Promise<void> {
  const target = `${context.electronPlatformName}-${ARCHES[context.arch]}`;
  return assertPacked(target, context.packager.getResourcesDir(context.appOutDir), HERE);
}

/** Puts the checked program of a target where packaging takes it from. Throws, in a sentence, where there is none. */
export async function stageFfmpeg(target: string, packing: Packing): Promise<void> {
  const build = buildOf(target, packing.builds);
  if (build === undefined) return;
  const { ffmpegDir, builds, stagingDir } = packing;
  if (builds.offerContact === NO_CONTACT)
    throw new Error(
      'Whoever ships ffmpeg offers its source. Put your address in place of OFFER_CONTACT into build/ffmpeg-builds.json, ' +
        'then run `npm run notices`.',
    );
  const notices = await readFile(packing.noticesFile, 'utf8').catch(() => '');
  if (!notices.includes(builds.offerContact))
    throw new Error(
      'THIRD-PARTY-NOTICES does not hold the offer of build/ffmpeg-builds.json. Run `npm run notices`.',
    );
  if (ffmpegDir === undefined || ffmpegDir === '')
    throw new Error(
      `${target}: set TALLYLIGHT_FFMPEG_DIR to the folder that holds ${target}/${build.program}.`,
    );
  const given = join(ffmpegDir, target, build.program);
  if ((await stat(given).catch(() => undefined))?.isFile() !== true)
    throw new Error(`${target}: there is no ${given}. \`node build/fetch-ffmpeg.ts ${target}\` gets it.`);
  const folder = join(stagingDir, target);
  const staged = join(folder, build.program);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(given, staged);
  await chmod(staged, 0o755);
  try {
    // The copy is what is shipped, so the copy is what is checked.
    await assertShippable(staged, target, build);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Throws unless the staged program lies in the package's resources. Signing on Windows has made it longer by then, so
 * that its bytes are no longer those of the checksum.
 */
export async function assertPacked(target: string, resourcesDir: string, packing: Packing): Promise<void> {
  const build = buildOf(target, packing.builds);
  if (build === undefined) return;
  const staged = await stat(join(packing.stagingDir, target, build.program));
  const packed = join(resourcesDir, 'ffmpeg', build.program);
  const size = (await stat(packed).catch(() => undefined))?.size ?? 0;
  if (size < staged.size) throw new Error(`${target}: ${packed} is not the ffmpeg that was checked.`);
}

function buildOf(target: string, builds: FfmpegBuilds): FfmpegBuild | undefined {
  const entry = builds.targets[target];
  if (entry === undefined) throw new Error(`${target}: build/ffmpeg-builds.json does not know this target.`);
  if (entry.ships === 'not-yet') throw new Error(`${target}: nothing is packaged, because ${entry.why}.`);
  return entry.ships === 'system' ? undefined : entry;
}
