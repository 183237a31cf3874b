import { existsSync, globSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

const [LIBRARY] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
export const hasFaketime = LIBRARY !== undefined;

/** The wall clock of some processes, which can be set; their monotonic clocks go on as ever (libfaketime). */
export type WallClock = {
  readonly env: NodeJS.ProcessEnv;
  readonly set: (offsetSeconds: number) => void;
};

/** `ffmpeg`: by which a recorder starts ffmpeg, whose environment it chooses, so that both have one clock. */
export async function wallClock(folder: string, name: string, ffmpeg?: string): Promise<WallClock> {
  const file = join(folder, `${name}.clock`);
  const set = (offsetSeconds: number) =>
    writeFileSync(file, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`);
  set(0);
  const env = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  if (ffmpeg === undefined) return { env, set };
  const script = join(folder, `${name}-ffmpeg`);
  const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  writeFileSync(script, `#!/bin/sh\nexec env ${words.join(' ')} ${ffmpeg} "$@"\n`);
  await chmod(script, 0o755);
  return { env: { ...env, TALLYLIGHT_FFMPEG: script }, set };
}

/** Where ffmpeg is, for what has to name it. */
export function ffmpegPath(): string {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((dir) => join(dir, 'ffmpeg'))
    .find(existsSync);
  if (found === undefined) throw new Error('no ffmpeg on PATH');
  return found;
}
