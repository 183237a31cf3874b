import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageEnv } from '../../app/launch/stage/stage.ts';
import { ensureChroot } from './chroot.ts';
import type { Told } from './inside/told.ts';
import { mountAll, outputsFolder, windowsPath } from './mounts.ts';
import { ensurePackages, packagesFolder } from './packages.ts';
import { projectFolder } from './place.ts';
import { endWine, ensurePrefix, type Ran, type Running, startWindows, type WineEnv } from './wine.ts';

/** The ffmpegs of the lab: their listings of devices differ, as everything before and after 5.0 does. */
export const FFMPEGS = ['4.1', '7.1'] as const;
export type FfmpegName = (typeof FFMPEGS)[number];

/** A Windows of our own: Wine 10 with a microphone that hears a tone and a screen that shows a pattern. */
export type Lab = {
  /** Of the display and sound outside, for programs of this machine. */
  readonly env: StageEnv;
  /** Starts a program of `inside/`; what it tells with `tell` is read by `Inside.told`. */
  readonly start: (program: string, question: unknown, env?: Readonly<Record<string, string>>) => Inside;
  /** Starts any Windows program. */
  readonly run: (program: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Running;
  /** Ends every Windows program. */
  readonly close: () => Promise<void>;
};

/** A running program of `inside/`. */
export type Inside = {
  /** Everything it has told so far. */
  readonly told: () => Promise<readonly Told[]>;
  /** Where it may leave files, on this machine. */
  readonly outputs: string;
  readonly ended: Promise<Ran>;
};

export const nodeExe = windowsPath(join(packagesFolder, 'node', 'bin', 'node.exe'));

/** Where the ffmpeg lies, as Windows calls it. */
export function ffmpegExe(name: FfmpegName): string {
  return windowsPath(join(packagesFolder, `ffmpeg-${name}`, 'ffmpeg.exe'));
}

/**
 * Installs what is missing, which it says, and starts the lab on a display and sound that are there already. Only inside
 * namespaces of its own: see run.ts.
 */
export async function openLab(env: StageEnv): Promise<Lab> {
  await ensureChroot();
  await ensurePackages();
  await mountAll(env);
  const wine: WineEnv = { DISPLAY: env.DISPLAY, PULSE_SERVER: 'unix:/lab/run/pulse.sock' };
  await ensurePrefix(wine);
  let runs = 0;
  const run: Lab['run'] = (program, args, env = {}) => {
    runs += 1;
    return startWindows(wine, { program, args, name: `${runs}`, env });
  };
  return {
    env,
    run,
    start: (program, question, env) => {
      const outputs = join(outputsFolder, `${runs + 1}-${program}`);
      const entry = windowsPath(join(projectFolder, 'test', 'windows', 'inside', `${program}.ts`));
      const asked = { ...(question as object), outputs: windowsPath(outputs) };
      mkdirSync(outputs);
      const { ended } = run(nodeExe, ['--no-warnings', entry, JSON.stringify(asked)], env);
      return { outputs, ended, told: () => toldIn(join(outputs, 'told.jsonl')) };
    },
    close: async () => {
      await endWine(wine);
    },
  };
}

/** Lines as `tell` of inside/told.ts writes them; one that is being written is left for the next time. */
async function toldIn(file: string): Promise<readonly Told[]> {
  if (!existsSync(file)) return [];
  const whole = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Told);
}
