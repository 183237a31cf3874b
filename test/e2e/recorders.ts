import { readdir, readFile } from 'node:fs/promises';
import type { House } from './house.ts';

/** Process ids of the ffmpegs that read this house's display or sound, whoever started them. */
export async function recordersOf(house: House): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(
      async (pid) => [Number(pid), await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const,
    ),
  );
  const { PULSE_SERVER } = house.stage.env;
  const devices = [PULSE_SERVER, `\0${house.stage.display}`];
  return lines
    .filter(([, line]) => /^[^\0]*ffmpeg\0/.test(line) && devices.some((device) => line.includes(device)))
    .map(([pid]) => pid)
    .sort((a, b) => a - b);
}
