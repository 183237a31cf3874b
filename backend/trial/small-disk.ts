import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Whether small disks can be made here. */
export const IS_ROOT = process.getuid?.() === 0;

export type SmallDisk = { readonly remount: (options: string) => void };

/** Makes a folder a disk of its own, such as of `size=4m`, until the test is over. */
export function smallDisk(folder: string, options: string): SmallDisk {
  const mount = (...all: string[]) => execFileSync('mount', [...all, 'tmpfs', folder], { stdio: 'pipe' });
  mount('-t', 'tmpfs', '-o', options);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return { remount: (changed) => void mount('-o', `remount,${changed}`) };
}
