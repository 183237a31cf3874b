import { stat } from 'node:fs/promises';
import type { ProcessEnv } from '../channels/host-env.ts';
import { toolOutput } from '../channels/tool-output.ts';
import type { FfmpegVersion } from './ffmpeg-version.ts';
import { parseFfmpegVersion } from './ffmpeg-version.ts';

/** What one ffmpeg executable can do. */
export type FfmpegAbilities = {
  readonly version: FfmpegVersion;
  readonly demuxers: ReadonlySet<string>;
  readonly encoders: ReadonlySet<string>;
  readonly filters: ReadonlySet<string>;
};

export const NO_SUCH_FILE = 'there is no such file';

const answers = new Map<string, Promise<FfmpegAbilities | string>>();

/**
 * Asks an executable for its version, demuxers, encoders and filters. A text says why it is of no use. Answers are
 * remembered for as long as path, size and modification time stay the same.
 */
export async function probeFfmpeg(path: string, env: ProcessEnv): Promise<FfmpegAbilities | string> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return NO_SUCH_FILE;
  if (!file.isFile()) return 'it is not a file';
  const key = `${path}\n${file.size}\n${file.mtimeMs}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = ask(path, env);
  answers.set(key, answer);
  // A machine too busy to answer in time may do so at the next try.
  if (typeof (await answer) === 'string') answers.delete(key);
  return answer;
}

async function ask(path: string, env: ProcessEnv): Promise<FfmpegAbilities | string> {
  const [version, demuxers, encoders, filters] = await Promise.all(
    ['-version', '-demuxers', '-encoders', '-filters'].map((question) =>
      toolOutput(path, question === '-version' ? [question] : ['-hide_banner', question], env),
    ),
  );
  if (version?.kind === 'failed') return version.why;
  if (version?.kind !== 'printed') return 'it cannot be run';
  const parsed = parseFfmpegVersion(version.stdout);
  if (parsed === undefined) return 'it is not ffmpeg';
  return {
    version: parsed,
    demuxers: demuxers?.kind === 'printed' ? parseDemuxers(demuxers.stdout) : new Set(),
    encoders: encoders?.kind === 'printed' ? parseEncoders(encoders.stdout) : new Set(),
    filters: filters?.kind === 'printed' ? parseFilters(filters.stdout) : new Set(),
  };
}

/** Names in `ffmpeg -demuxers`; since version 7 a `d` marks devices: ` Dd x11grab   X11 screen capture`. */
export function parseDemuxers(text: string): Set<string> {
  return names(text, /^ D[ d]{0,2} +(\S+)/gm);
}

/** Names in `ffmpeg -encoders`: ` A....D libopus   libopus Opus (codec opus)`. */
export function parseEncoders(text: string): Set<string> {
  return names(text, /^ [VAS][A-Z.]{5} +([a-z0-9]\S*)/gm);
}

/**
 * Names in `ffmpeg -filters`: ` T.. signalstats  V->V  …`, ` ..C gfxcapture  |->V  …`; since version 8 there are two marks
 * in place of three.
 */
export function parseFilters(text: string): Set<string> {
  return names(text, /^ [TSC.]{2,3} +(\S+) +\S+->\S+/gm);
}

function names(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].flatMap(([, list]) => list?.split(',') ?? []));
}
