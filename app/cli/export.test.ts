import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { recordedTake } from '../../main/export/test-media.ts';
import {
  done,
  IS_ROOT,
  mounted,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testVault,
} from '../../main/vault/test-vault.ts';
import { tallylight } from './test-cli.ts';

/** A data folder with two minutes of sound, so that making AAC of it lasts. */
async function recorded(): Promise<string> {
  const dataDir = await testFolder();
  await noteStart(dataDir, TEST_SESSION);
  const recording = done(await (await testVault(dataDir)).create(testFacts()));
  const source = 'anoisesrc=a=0.1:r=48000:d=120';
  for (const fragment of recordedTake({ channelId: 'mic:default', take: 1, atMs: 0, source }))
    done(await recording.append(fragment));
  await recording.close();
  return dataDir;
}

/** An export as a terminal starts it, in a process group of its own, once ffmpeg has begun to write. */
async function begun(dataDir: string, folder: string) {
  const main = join(import.meta.dirname, 'main.ts');
  const file = join(folder, 'meeting.mp4');
  const args = ['--no-warnings', main, 'export', TEST_SESSION, '--data', dataDir, '--out', file, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = once(child, 'close');
  await vi.waitFor(
    async () => {
      const [part = 'none'] = await readdir(folder);
      expect((await readFile(join(folder, part, 'export.mp4'))).length).toBeGreaterThan(0);
    },
    { timeout: 20_000, interval: 5 },
  );
  const ended = async (signal: NodeJS.Signals, isGroup: boolean) => {
    expect(child.exitCode).toBeNull();
    process.kill(isGroup ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
    return (await closed) as [number | null, NodeJS.Signals | null];
  };
  return { ended, said: () => said };
}

test.each([
  ['Ctrl-C, which ffmpeg gets, too,', 'SIGINT', true],
  ['SIGINT', 'SIGINT', false],
  ['SIGTERM', 'SIGTERM', false],
] as const)(
  'an export that %s ends leaves no folder and no half file, and says that it was cancelled',
  async (_name, signal, isGroup) => {
    const folder = await testFolder();
    const { ended, said } = await begun(await recorded(), folder);
    const [code] = await ended(signal, isGroup);
    expect(code).not.toBe(0);
    expect(JSON.parse(said().trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'export-cancelled' });
    expect(await readdir(folder)).toEqual([]);
  },
  60_000,
);

test('an export that is killed leaves no file of that name, and the next one takes away what is left', async () => {
  const [dataDir, folder] = [await recorded(), await testFolder()];
  const { ended } = await begun(dataDir, folder);
  expect(await ended('SIGKILL', false)).toEqual([null, 'SIGKILL']);
  const left = await readdir(folder);
  expect(left).toEqual([expect.stringMatching(/^meeting\.mp4\.part-[A-Za-z0-9]{6}$/)]);
  const again = await tallylight([
    ...['export', TEST_SESSION, '--data', dataDir],
    ...['--out', join(folder, 'meeting.mp4')],
  ]);
  expect(again.code).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['meeting.mp4', 'meeting.mp4.sha256']);
}, 60_000);

/** A recording of a second of sound in a data folder, and the commands for it. */
async function recordedOn(dataDir: string) {
  await noteStart(dataDir, TEST_SESSION);
  const recording = done(await (await testVault(dataDir)).create(testFacts()));
  const take = { channelId: 'mic:default', take: 1, atMs: 0, pausedBeforeMs: 0, source: 'sine=d=1' };
  for (const fragment of recordedTake(take)) done(await recording.append(fragment));
  await recording.close();
  return (...words: string[]) => tallylight([...words, '--data', dataDir]);
}

test.runIf(process.platform === 'linux' && IS_ROOT)(
  '[P61] what is on a read-only disk is listed, verified and exported, and nothing else is done there',
  async () => {
    const [dataDir, folder] = [await testFolder(), await testFolder()];
    mounted(dataDir, 'size=20m');
    const run = await recordedOn(dataDir);
    execFileSync('mount', ['-o', 'remount,ro', dataDir]);
    expect(await run('recordings')).toMatchObject({
      code: 0,
      out: expect.stringContaining(TEST_SESSION),
      err: '',
    });
    expect(await run('verify', TEST_SESSION)).toMatchObject({ code: 0, err: '' });
    expect(await run('audit', 'verify')).toMatchObject({ code: 0, err: '' });
    const out = join(folder, 'meeting.mp4');
    const exported = await run('export', TEST_SESSION, '--out', out);
    expect(exported).toMatchObject({ code: 1, out: expect.stringContaining(out) });
    expect(exported.err).toContain(
      'What is named above is written. That could not be written to the audit log. The disk is read-only',
    );
    expect((await readFile(out)).subarray(4, 8).toString()).toBe('ftyp');
    expect(await readdir(folder)).toEqual(['meeting.mp4', 'meeting.mp4.sha256']);
    for (const words of [
      ['delete', TEST_SESSION],
      ['audit', 'set-aside'],
      ['export', TEST_SESSION, '--out', join(dataDir, 'meeting.mp4')],
    ]) {
      const refused = await run(...words);
      expect(refused.code).not.toBe(0);
      expect(refused.out).toBe('');
    }
    expect((await run('delete', TEST_SESSION)).err).toContain('The disk is read-only');
  },
  90_000,
);

test('[P31] nothing is exported in the clear into the data folder, by whatever way it is named', async () => {
  const [dataDir, folder] = [await testFolder(), await testFolder()];
  const run = await recordedOn(dataDir);
  const before = (await readdir(dataDir, { recursive: true })).sort();
  await symlink(join(dataDir, 'vault'), join(folder, 'link'));
  for (const path of [
    join(dataDir, 'x.mp4'),
    join(dataDir, 'vault', TEST_SESSION, 'x.mp4'),
    join(folder, 'link', 'x.mp4'),
    `${folder}/../${basename(dataDir)}/x.mp4`,
  ])
    for (const more of [[], ['--per-channel']])
      expect(await run('export', TEST_SESSION, '--out', path, ...more)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('among the encrypted recordings'),
      });
  expect((await readdir(dataDir, { recursive: true })).sort()).toEqual(before);
  // Beside it is not inside.
  expect(await run('export', TEST_SESSION, '--out', `${dataDir}-x.mp4`)).toMatchObject({ code: 0 });
  await rm(`${dataDir}-x.mp4`);
  await rm(`${dataDir}-x.mp4.sha256`);
}, 90_000);
