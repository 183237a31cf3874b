import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { posix, sep, win32 } from 'node:path';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { FfmpegAbilities } from './ffmpeg-probe.ts';
import { NO_SUCH_FILE, probeFfmpeg } from './ffmpeg-probe.ts';
import { isAtLeast, OLDEST_FFMPEG } from './ffmpeg-version.ts';

export type FfmpegOrigin = 'TALLYLIGHT_FFMPEG' | 'packaged' | 'ffmpeg-static' | 'PATH' | 'well known';

/** An ffmpeg that can do the work, and where it came from. */
export type Ffmpeg = FfmpegAbilities & {
  readonly path: string;
  readonly origin: FfmpegOrigin;
  /** One line for the person. */
  readonly sentence: string;
  /** Those that were looked at before it, each with the reason why it was not taken. */
  readonly passedOver: readonly string[];
};

export type FfmpegSearch = {
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  /** Folder of the ffmpeg that was packaged with the app. */
  readonly packagedDir?: string;
  /** Demuxers it must have; by default those of the platform's devices. */
  readonly demuxers?: readonly string[];
};

const ENCODERS = ['libx264', 'libopus'];

const DEMUXERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['pulse', 'x11grab'],
  darwin: ['avfoundation'],
  win32: ['dshow'],
};

/**
 * Finds an ffmpeg that can capture here: TALLYLIGHT_FFMPEG, then the packaged one, PATH, the folders where package
 * managers put it, and ffmpeg-static, which comes first where it is as good as any: on macOS and Windows.
 * One that does not fit is passed over, except TALLYLIGHT_FFMPEG: who names one wants that one.
 * Fails with `ffmpeg-missing`, `ffmpeg-too-old` or `ffmpeg-lacks-device`; `detail` lists what was tried.
 */
export async function findFfmpeg(search: FfmpegSearch): Promise<Result<Ffmpeg>> {
  const wanted = search.demuxers ?? DEMUXERS[search.platform] ?? [];
  const found = await look(search, wanted);
  if (found.ok || found.error.code !== 'ffmpeg-lacks-device' || !wanted.includes('pulse')) return found;
  // The sound server's own recorder can stand in; an ffmpeg that reads it itself tells the time of a sample better.
  if (!(await hasParec(search))) return found;
  const silent = await look(
    search,
    wanted.filter((name) => name !== 'pulse'),
  );
  return silent.ok ? silent : found;
}

async function hasParec({ platform, env }: FfmpegSearch): Promise<boolean> {
  const there = foldersOn(env.PATH, platform).map((dir) =>
    access(pathsOf(platform).join(dir, 'parec'), constants.X_OK).then(() => true),
  );
  return (await Promise.allSettled(there)).some(({ status }) => status === 'fulfilled');
}

async function look(search: FfmpegSearch, wanted: readonly string[]): Promise<Result<Ffmpeg>> {
  const passedOver: string[] = [];
  let code: ErrorCode = 'ffmpeg-missing';
  for (const { path, origin } of ffmpegCandidates(search)) {
    const abilities = await probeFfmpeg(path, search.env);
    const flaw = flawOf(abilities, wanted);
    if (flaw === undefined && typeof abilities !== 'string') {
      const sentence = `ffmpeg ${abilities.version.text} from ${path} (${origin})`;
      return ok({ ...abilities, path, origin, sentence, passedOver });
    }
    // Most folders hold no ffmpeg; that is no news.
    if (flaw === undefined || (MAY_BE_MISSING.has(origin) && abilities === NO_SUCH_FILE)) continue;
    passedOver.push(`${path} (${origin}): ${flaw.reason}`);
    if (RANK.indexOf(flaw.code) > RANK.indexOf(code)) code = flaw.code;
    if (origin === 'TALLYLIGHT_FFMPEG') break;
  }
  return fail(code, passedOver.join('; ') || `not on PATH: ${search.env.PATH ?? ''}`);
}

/** From what helps least to what helps most: the nearest miss is what the person is told. */
const RANK: readonly ErrorCode[] = ['ffmpeg-missing', 'ffmpeg-too-old', 'ffmpeg-lacks-device'];

const MAY_BE_MISSING: ReadonlySet<FfmpegOrigin> = new Set(['PATH', 'well known', 'ffmpeg-static']);

type Flaw = { readonly code: ErrorCode; readonly reason: string };

function flawOf(abilities: FfmpegAbilities | string, wanted: readonly string[]): Flaw | undefined {
  if (typeof abilities === 'string') return { code: 'ffmpeg-missing', reason: abilities };
  const { version, demuxers, encoders } = abilities;
  if (!isAtLeast(version, OLDEST_FFMPEG.major, OLDEST_FFMPEG.minor))
    return { code: 'ffmpeg-too-old', reason: `version ${version.text}` };
  const lacking = [
    ...wanted.filter((name) => !demuxers.has(name)),
    ...ENCODERS.filter((name) => !encoders.has(name)),
  ];
  return lacking.length === 0
    ? undefined
    : { code: 'ffmpeg-lacks-device', reason: `version ${version.text} without ${lacking.join(', ')}` };
}

type Candidate = { readonly path: string; readonly origin: FfmpegOrigin };

/** Where an ffmpeg may be on this system, in the order of the search; most of it is not there. */
export function ffmpegCandidates({ platform, env, packagedDir }: FfmpegSearch): Candidate[] {
  const executable = platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  const named = env.TALLYLIGHT_FFMPEG;
  const bundled = staticPath();
  const fromStatic = bundled ? [{ path: bundled, origin: 'ffmpeg-static' as const }] : [];
  const { join } = pathsOf(platform);
  const onPath = foldersOn(env.PATH ?? env.Path, platform);
  return [
    ...(named ? [{ path: named, origin: 'TALLYLIGHT_FFMPEG' as const }] : []),
    ...(packagedDir ? [{ path: join(packagedDir, executable), origin: 'packaged' as const }] : []),
    // Its Linux build reads no PulseAudio, so that one comes last there.
    ...(platform === 'linux' ? [] : fromStatic),
    ...[...new Set(onPath)].map((dir) => ({ path: join(dir, executable), origin: 'PATH' as const })),
    ...wellKnown(platform, env)
      .filter((dir) => !onPath.includes(dir))
      .map((dir) => ({ path: join(dir, executable), origin: 'well known' as const })),
    ...(platform === 'linux' ? fromStatic : []),
  ];
}

/** How paths are written on the system that is searched, which a test may only pretend to be. */
function pathsOf(platform: NodeJS.Platform): typeof posix | typeof win32 {
  return platform === 'win32' ? win32 : posix;
}

function foldersOn(path: string | undefined, platform: NodeJS.Platform): string[] {
  const { delimiter, isAbsolute } = pathsOf(platform);
  return (path ?? '').split(delimiter).filter((dir) => isAbsolute(dir));
}

/** A program that is started from a desktop has a shorter PATH than a terminal has. */
function wellKnown(platform: NodeJS.Platform, env: ProcessEnv): string[] {
  switch (platform) {
    case 'darwin':
      return ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];
    case 'win32':
      return env.LOCALAPPDATA ? [win32.join(env.LOCALAPPDATA, 'Microsoft', 'WinGet', 'Links')] : [];
    default:
      return [];
  }
}

/** Where ffmpeg-static, an optional dependency, would have put its binary; the file itself may be missing. */
function staticPath(): string | undefined {
  try {
    const path: unknown = createRequire(import.meta.url)('ffmpeg-static');
    // A program cannot be started from within an Electron archive; it is unpacked beside it.
    return typeof path === 'string' ? path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`) : undefined;
  } catch {
    return undefined;
  }
}
