import { readFile, rm } from 'node:fs/promises';
import { sep } from 'node:path';

/**
 * Removes a folder of the lab. Throws, and removes nothing, where something is mounted below it: what would go
 * then is not the lab's but this machine's, its `/dev` for one.
 */
export async function removeTree(folder: string): Promise<void> {
  const mounted = (await mountPoints()).find((place) => place === folder || place.startsWith(folder + sep));
  if (mounted !== undefined) throw new Error(`${mounted} is mounted: unmount it, then run this again`);
  await rm(folder, { recursive: true, force: true });
}

/** The fifth field of each line of /proc/self/mountinfo, see proc_pid_mountinfo(5); `\040` is a space. */
async function mountPoints(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) =>
    (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}
