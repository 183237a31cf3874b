import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageEnv } from '../../app/launch/stage/stage.ts';
import { chrootFolder } from './chroot.ts';
import { packagesFolder } from './packages.ts';
import { labFolder, projectFolder } from './place.ts';
import { removeTree } from './remove-tree.ts';
import { toEnd } from './spoken.ts';

/** What a run leaves to be measured: emptied when the next begins. */
export const outputsFolder = join(labFolder, 'outputs');

/**
 * What the chroot sees besides itself. These mounts are of this process's own mount namespace and end with it.
 * The project is read-only, and its `node_modules` serves both systems; what only Windows has lies one folder
 * further up, where Node looks next.
 */
export async function mountAll(env: StageEnv): Promise<void> {
  await removeTree(outputsFolder);
  await mkdir(outputsFolder, { recursive: true, mode: 0o700 });
  await mount('proc', ['-t', 'proc', 'proc']);
  await mount('dev', ['--bind', '/dev']);
  await mount('tmp/.X11-unix', ['--bind', '/tmp/.X11-unix']);
  await mount('lab/packages', ['--bind', packagesFolder]);
  await mount('lab/node_modules', ['--bind', join(packagesFolder, 'node_modules')]);
  await mount('lab/outputs', ['--bind', outputsFolder]);
  await mount('lab/run', ['--bind', env.XDG_RUNTIME_DIR]);
  const project = await mount('lab/project', ['--bind', projectFolder]);
  await toEnd('mount', ['-o', 'remount,bind,ro', project]);
}

async function mount(place: string, args: readonly string[]): Promise<string> {
  const target = join(chrootFolder, place);
  await mkdir(target, { recursive: true });
  await toEnd('mount', [...args, target]);
  return target;
}

/** A path of this machine, below one of the mounted folders, as Windows programs in the lab call it. */
export function windowsPath(path: string): string {
  const mounted = [
    [outputsFolder, 'outputs'],
    [packagesFolder, 'packages'],
    [projectFolder, 'project'],
  ] as const;
  const place = mounted.find(([folder]) => path === folder || path.startsWith(`${folder}/`));
  if (place === undefined) throw new Error(`${path} is not to be seen from inside the lab`);
  return `Z:\\lab\\${place[1]}${path.slice(place[0].length).replaceAll('/', '\\')}`;
}
