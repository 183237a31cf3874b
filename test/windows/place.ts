import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where the lab is kept between runs: about 1.8 GB, safe to remove while no run is going on. */
export const labFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tallylight-winelab');

export const projectFolder = join(import.meta.dirname, '..', '..');

/** What the lab starts outside the chroot, and the Debian package each comes in. */
const PROGRAMS = {
  debootstrap: 'debootstrap',
  unshare: 'util-linux',
  flock: 'util-linux',
  Xvfb: 'xvfb',
  pulseaudio: 'pulseaudio',
  pactl: 'pulseaudio-utils',
  pacat: 'pulseaudio-utils',
  ffmpeg: 'ffmpeg',
  npm: 'npm',
  tar: 'tar',
} as const;

/** Why there can be no lab on this machine; undefined where nothing speaks against it. Looks, starts nothing. */
export function whyNotHere(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x64';
  if (process.getuid?.() !== 0) return 'it needs root, for a chroot and mounts of its own';
  const missing = Object.entries(PROGRAMS).filter(([program]) => !isOnPath(program));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map(([, name]) => name))];
  return `${missing.map(([program]) => program).join(', ')} missing (apt-get install ${packages.join(' ')})`;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
