import type { Machine } from './channels/machine.ts';
import type { Host } from './host.ts';
import { findFfmpeg } from './pipeline/ffmpeg-finder.ts';

/** The machine under a host, for whoever lists what can be captured on it. */
export function machineOf(
  host: Pick<Host, 'env' | 'packagedDir' | 'shell'>,
  platform: NodeJS.Platform = process.platform,
): Machine {
  const { env, packagedDir, shell } = host;
  return {
    platform,
    env,
    ffmpeg: () => findFfmpeg({ platform, env, ...(packagedDir === undefined ? {} : { packagedDir }) }),
    hearsSystem: shell?.systemAudio !== undefined,
    ...(shell?.displays === undefined ? {} : { shellDisplays: shell.displays }),
  };
}
