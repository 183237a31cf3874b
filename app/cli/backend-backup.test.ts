import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { OWNER_FILE } from '../../backend/blobs/owner-file.ts';
import { emptyBeside } from '../../backend/trial/backups.ts';
import { filesOf } from '../../backend/trial/held.ts';
import { recorded } from '../../backend/trial/recorded.ts';
import { folder, type Trial, trial } from '../../backend/trial/service.ts';
import { tallylight } from './test-cli.ts';

async function withRecordings(count: number): Promise<Trial & { readonly to: string }> {
  const service = await trial();
  for (let index = 0; index < count; index++) await recorded(service, service.key, { endUserId: 'ada' });
  return Object.assign(service, { to: await folder() });
}

/** Runs a command and kills it once it has told of so many steps; answers whether it was killed. */
async function killedAfter(steps: number, ...words: string[]): Promise<boolean> {
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--no-warnings', main, 'backend', ...words, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let told = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    if (++told === steps) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  return signal === 'SIGKILL';
}

test('[P39] a backup that is killed at any step leaves the earlier ones whole, and the next one finishes it', async () => {
  const { dataDir, to } = await withRecordings(12);
  const first = await folder();
  const where = (path: string) => ['--to', path, '--data', dataDir];
  for (const path of [first, to])
    expect(await tallylight(['backend', 'backup', ...where(path)])).toMatchObject({ code: 0 });
  const isWhole = async (path: string) =>
    (await tallylight(['backend', 'backup', 'verify', ...where(path)])).code === 0;
  for (const steps of [1, 2, 3, 6, 9]) {
    // The first run of a folder, where everything is to be copied.
    const empty = await folder();
    expect(await killedAfter(steps, 'backup', ...where(empty))).toBe(true);
    expect(await tallylight(['backend', 'backup', ...where(empty), '--verify'])).toMatchObject({ code: 0 });
    expect([...filesOf(empty).keys()].filter((path) => path.includes('.part'))).toEqual([]);
    // One of a folder that has backups.
    await killedAfter(steps, 'backup', ...where(to));
    expect(await isWhole(to)).toBe(true);
  }
}, 120_000);

test('[P39] a restore that is killed is called again, and nothing is missing', async () => {
  const { dataDir, to } = await withRecordings(12);
  expect(await tallylight(['backend', 'backup', '--to', to, '--data', dataDir])).toMatchObject({ code: 0 });
  for (const steps of [4, 12, 18]) {
    const other = await emptyBeside(dataDir);
    const where = ['--from', to, '--data', other];
    expect(await killedAfter(steps, 'restore', ...where)).toBe(true);
    expect(await tallylight(['backend', 'restore', ...where])).toMatchObject({ code: 0 });
    const blobs = (path: string) => filesOf(join(path, 'blobs'));
    expect(blobs(other)).toEqual(blobs(dataDir));
    expect(await tallylight(['backend', 'audit', 'verify', '--data', other])).toMatchObject({ code: 0 });
  }
}, 120_000);

test('tallylight backend backup, list, verify and restore say what they did', async () => {
  const { dataDir, to } = await withRecordings(1);
  const data = ['--data', dataDir];
  const made = await tallylight(['backend', 'backup', '--to', to, ...data, '--keep', '2']);
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Backup \S+Z: 1 sessions, 1 recordings, 10\.\d kB\. New in the folder: /),
  });
  expect(made.out + made.err).not.toMatch(/[A-Za-z0-9+/]{40}/);
  const [, name = ''] = /^Backup (\S+):/.exec(made.out) ?? [];
  expect((await tallylight(['backend', 'backup', 'list', '--to', to])).out).toContain(`${name}  1 sessions`);
  const verified = await tallylight(['backend', 'backup', 'verify', '--to', to, ...data, '--json']);
  expect(
    verified.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .at(-1),
  ).toMatchObject({
    ...{ event: 'verified', generation: name, blobs: 3, opened: 3, faults: 0 },
  });
  const other = await emptyBeside(dataDir);
  const restored = await tallylight(['backend', 'restore', '--from', to, '--data', other]);
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('1 sessions') });
  expect(restored.err).toContain('revoke again what was revoked since');
  expect(await tallylight(['backend', 'restore', '--from', to, '--data', other])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Nothing was written over.'),
  });
  expect(await tallylight(['backend', 'restore', '--from', to, '--data', await folder()])).toMatchObject({
    code: 1,
    err: expect.stringContaining('It is never in a backup.'),
  });
});

test('a restore takes the folder of second copies from the service that has it only with --take-over', async () => {
  const copiesDir = await folder();
  const service = await trial({ copiesDir });
  const [to, { dataDir }] = [await folder(), service];
  const env = { TALLYLIGHT_COPIES_DIR: copiesDir };
  expect(await tallylight(['backend', 'backup', '--to', to, '--data', dataDir], env)).toMatchObject({
    code: 0,
  });
  const owner = () => readFileSync(join(copiesDir, OWNER_FILE), 'utf8');
  const before = owner();
  const other = await emptyBeside(dataDir);
  const restore = ['backend', 'restore', '--from', to, '--data', other];
  const refused = await tallylight(restore, env);
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain('--take-over takes it from that one');
  expect(owner()).toBe(before);
  expect(await tallylight([...restore, '--take-over'], env)).toMatchObject({ code: 0 });
  expect(owner()).toBe('');
});

test('a wrong word is told before anything is written', async () => {
  const { dataDir, to } = await withRecordings(0);
  for (const args of [
    ['backend', 'backup', '--data', dataDir],
    ['backend', 'backup', '--to', to, '--data', dataDir, '--keep', '0'],
    ['backend', 'backup', '--to', to, '--data', join(dataDir, 'none')],
    ['backend', 'restore', '--data', dataDir],
  ])
    expect((await tallylight(args)).code).toBe(2);
  expect(await tallylight(['backend', 'backup', 'list', '--to', to])).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no backup there.'),
  });
  expect(filesOf(to).size).toBe(0);
});

test('what is named and not there is said first, and the folder of the service may be named for each of them', async () => {
  const [to, dataDir] = [await folder(), await folder()];
  const none = join(to, 'none');
  const said = { code: 1, err: expect.stringContaining(`There is no backup there. (${none})`) };
  const where = ['--data', join(dataDir, 'new')];
  expect(await tallylight(['backend', 'restore', '--from', none, ...where])).toMatchObject(said);
  expect(await tallylight(['backend', 'backup', 'list', '--to', none, ...where])).toMatchObject(said);
}, 30_000);
