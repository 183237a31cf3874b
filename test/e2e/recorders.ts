import { readdir, readFile } from 'node:fs/promises';
import type { House } from './house.ts';

/** Process ids of the ffmpegs that read this house's display or sound, whoever started them. */
export async function recordersOf(house: House): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [line, env] = await Promise.all(
        ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      return { pid: Number(pid), line: line ?? '', env: env ?? '' };
    }),
  );
  const { PULSE_SERVER } = house.stage.env;
  return found
    .filter(
      ({ line, env }) => /^[^\0]*ffmpeg\0.*\0-f\0(pulse|x11grab)\0/.test(line) && env.includes(PULSE_SERVER),
    )
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}
