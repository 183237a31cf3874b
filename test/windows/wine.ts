import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { chrootFolder } from './chroot.ts';
import { outputsFolder } from './mounts.ts';
import { removeTree } from './remove-tree.ts';
import { toEnd } from './spoken.ts';

/** How to reach the lab's display and sound from inside the chroot. */
export type WineEnv = { readonly DISPLAY: string; readonly PULSE_SERVER: string };

export type WindowsProgram = {
  /** As Windows calls it: `Z:\lab\packages\node\bin\node.exe`. */
  readonly program: string;
  readonly args: readonly string[];
  /** Names its outputs; no two of a run share one. */
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
};

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type Running = {
  readonly child: ChildProcess;
  /** How it ended and what it printed. */
  readonly ended: Promise<Ran>;
};

/**
 * Starts a Windows program. Its stdout and stderr are files: node.exe under Wine refuses a Unix pipe
 * (`uv_pipe_open` fails with EBADF).
 */
export function startWindows(wine: WineEnv, { program, args, name, env = {} }: WindowsProgram): Running {
  const files = ['stdout', 'stderr'].map((stream) => join(outputsFolder, `${name}.${stream}`));
  const [stdout = 0, stderr = 0] = files.map((file) => openSync(file, 'w'));
  const child = spawn('chroot', inChroot({ ...wine, ...env }, ['wine', program, ...args]), {
    stdio: ['ignore', stdout, stderr],
  });
  for (const descriptor of [stdout, stderr]) closeSync(descriptor);
  const ended = once(child, 'exit').then(async ([code]: unknown[]) => {
    const [out = '', err = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    return { code: typeof code === 'number' ? code : null, stdout: out, stderr: err };
  });
  return { child, ended };
}

/**
 * Makes what Windows keeps for itself, its registry and its folders, where it is missing: about 15 s. Under another
 * name until it is whole, since Wine writes the registry down only when its server ends.
 */
export async function ensurePrefix(wine: WineEnv): Promise<void> {
  if (existsSync(join(chrootFolder, PREFIX))) return;
  const partial = `${PREFIX}.partial`;
  await removeTree(join(chrootFolder, partial));
  await toEnd('chroot', inChroot({ ...wine, WINEPREFIX: partial }, ['wineboot', '--init']));
  await endWine(wine, partial);
  await rename(join(chrootFolder, partial), join(chrootFolder, PREFIX));
}

/** Ends every Windows program, and waits for Wine's server to have written the registry down. */
export async function endWine(wine: WineEnv, prefix: string = PREFIX): Promise<void> {
  // The first ends with 1 where no server runs any more.
  const end = ['/bin/sh', '-c', 'wineserver --kill; wineserver --wait'];
  await toEnd('chroot', inChroot({ ...wine, WINEPREFIX: prefix }, end));
}

function inChroot(env: Readonly<Record<string, string>>, command: readonly string[]): string[] {
  const variables = Object.entries({ ...WINE, ...env }).map(([key, value]) => `${key}=${value}`);
  return [chrootFolder, '/usr/bin/env', '-i', ...variables, ...command];
}

const PREFIX = '/lab/prefix';

const WINE = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  WINEPREFIX: PREFIX,
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  // No .NET, no browser, no menu entries: none is needed, and the first two would be asked for.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
} as const;
