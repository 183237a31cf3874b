import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wholeSession } from '../../app/launch/service-side.ts';
import { IS_ROOT, mounted, testFolder } from '../../main/vault/test-vault.ts';
import { type House, newSession, openHouse, tallylight, tokenFor, until } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'silence' });
}, 60_000);
afterAll(() => house?.close());

const MAIN = join(import.meta.dirname, '..', '..', 'app', 'cli', 'main.ts');

/** A disk of which as much is free as the test says. */
async function diskOf(free: number) {
  const folder = await testFolder();
  mounted(folder, `size=${free}`);
  return {
    folder,
    leave: async (bytes: number) => {
      const { blocks, bfree, bsize } = await statfs(folder);
      const size = (blocks - bfree) * bsize + bytes;
      execFileSync('mount', ['-o', `remount,size=${size}`, folder]);
    },
  };
}

/** The command that records, and what it says line by line. */
async function recording(dataDir: string) {
  const { sessionId, token } = await newSession(house);
  const place = ['--server', house.embedded.server, '--session', sessionId, '--data', dataDir];
  const child = spawn(
    process.execPath,
    ['--no-warnings', MAIN, 'record', ...place, '--store', 'mic:default'],
    {
      env: { ...house.env, TALLYLIGHT_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      for (const check of waiting) check();
    });
  return {
    lines,
    sessionId,
    /** The service has so many fragments of it. */
    delivers: (count: number) =>
      until(async () => {
        const { rtstreams } = await wholeSession(house.embedded, sessionId);
        return rtstreams.some(({ fragments }) => fragments > count);
      }),
    ended: once(child, 'close').then(([code]) => code),
    says: (text: string) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!lines.some((line) => line.includes(text))) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

test.runIf(process.platform === 'linux' && IS_ROOT)(
  '[P57] a disk that fills up is told on the command line, then that there is room again, and that it ends the recording',
  async () => {
    const disk = await diskOf(3e9);
    const run = await recording(disk.folder);
    await run.says('recording, light live');
    await disk.leave(1.5e9);
    await run.says('The recording goes on. There is little room left on the disk.');
    await disk.leave(3e9);
    await run.says('There is room on the disk again.');
    await disk.leave(200e6);
    await run.says('The recording ended by itself. The disk is full');
    expect(await run.ended).toBe(1);
    expect(run.lines).toContainEqual(
      expect.stringMatching(
        /^Complete: .* what was stored before the disk was full is delivered and verified\.$/,
      ),
    );
  },
  120_000,
);

test.runIf(process.platform === 'linux' && IS_ROOT)(
  '[P57] what is delivered and cannot be noted on a full disk is said to be that, and is noted when it is delivered again',
  async () => {
    const disk = await diskOf(3e9);
    const run = await recording(disk.folder);
    await run.says('recording, light live');
    await run.delivers(2);
    await disk.leave(0);
    expect(await run.ended).toBe(1);
    const said = run.lines.join('\n');
    expect(said).toMatch(/Complete: .* what was stored is delivered and verified\./);
    expect(said).toContain('It is delivered, and that could not be noted here, as the disk is full.');
    await disk.leave(2e9);
    const data = ['--data', disk.folder];
    const listed = async () =>
      JSON.parse((await tallylight(house, ['recordings', '--json', ...data])).stdout);
    expect(await listed()).toMatchObject({ delivered: false });
    const { token } = await tokenFor(house, run.sessionId);
    const again = ['deliver', '--server', house.embedded.server, '--session', run.sessionId, ...data];
    expect((await tallylight(house, again, { TALLYLIGHT_TOKEN: token })).code).toBe(0);
    expect(await listed()).toMatchObject({ delivered: true, cutOff: false });
  },
  120_000,
);

test.runIf(process.platform === 'linux' && IS_ROOT)(
  '[P57] what is delivered is noted before the command ends where a full disk has room again by then',
  async () => {
    const disk = await diskOf(3e9);
    const run = await recording(disk.folder);
    await run.says('recording, light live');
    await run.delivers(2);
    await disk.leave(0);
    await run.says('delivering, light off');
    await disk.leave(2e9);
    await run.ended;
    const listed = await tallylight(house, ['recordings', '--json', '--data', disk.folder]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ delivered: true, cutOff: false });
    expect(run.lines.join('\n')).not.toContain('could not be noted');
  },
  120_000,
);
