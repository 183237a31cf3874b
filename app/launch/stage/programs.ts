import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the stage starts, and the Debian package each comes in. */
const packageOf = {
  Xvfb: 'xvfb',
  pulseaudio: 'pulseaudio',
  pactl: 'pulseaudio-utils',
  pacat: 'pulseaudio-utils',
  ffmpeg: 'ffmpeg',
} as const;

export type Program = keyof typeof packageOf;

/** Throws an Error that names every missing program and the one command that brings them. */
export function assertPrograms(path = process.env.PATH ?? ''): void {
  const missing = (Object.keys(packageOf) as Program[]).filter((program) => !isOn(path, program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => packageOf[program]))];
  throw new Error(
    `The stage needs ${missing.join(', ')}, not found on PATH. On Debian: apt-get install ${packages.join(' ')}`,
  );
}

function isOn(path: string, program: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
