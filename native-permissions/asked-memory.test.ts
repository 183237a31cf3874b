import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askedMemoryIn } from './asked-memory.ts';

let folder = '';
const troubles: string[] = [];
const told = (what: string, code: string) => void troubles.push(`${what} ${code}`);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-memory-'));
  troubles.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

test('what was asked is known after a restart, in a file of the person alone', async () => {
  const memory = askedMemoryIn(join(folder, 'client'), told);
  expect(await memory.wasAsked('screen-capture')).toBe(false);
  await Promise.all([memory.noteAsked('screen-capture'), memory.noteAsked('microphone')]);
  const next = askedMemoryIn(join(folder, 'client'), told);
  expect([await next.wasAsked('screen-capture'), await next.wasAsked('microphone')]).toEqual([true, true]);
  expect(await next.wasAsked('system-audio')).toBe(false);
  expect((await stat(join(folder, 'client', 'permissions.json'))).mode & 0o777).toBe(0o600);
  expect(troubles).toEqual([]);
});

test('what was reset is forgotten as a whole, and only of its kind', async () => {
  const memory = askedMemoryIn(folder, told);
  await memory.noteAsked('screen-capture');
  await memory.noteAsked('microphone');
  await memory.noteStale('screen-capture', true);
  await memory.forget('screen-capture');
  expect(JSON.parse(await readFile(join(folder, 'permissions.json'), 'utf8'))).toEqual({
    format: 1,
    asked: ['microphone'],
    stale: [],
  });
  expect([await memory.wasAsked('screen-capture'), await memory.wasStale('screen-capture')]).toEqual([
    false,
    false,
  ]);
});

test.each(['', '{', '[]', '{"format":2,"asked":["microphone"],"stale":[]}', '{"format":1,"asked":"all"}'])(
  'a file that says %j is told, and means that nothing is known',
  async (text) => {
    await writeFile(join(folder, 'permissions.json'), text);
    const memory = askedMemoryIn(folder, told);
    expect(await memory.wasAsked('microphone')).toBe(false);
    expect(troubles).toEqual(['permissions.memory-unread damaged']);
    await memory.noteAsked('microphone');
    expect(JSON.parse(await readFile(join(folder, 'permissions.json'), 'utf8'))).toMatchObject({
      asked: ['microphone'],
    });
  },
);

test('where it cannot be written it is told, and remembered while the process lives', async () => {
  await mkdir(join(folder, 'permissions.json.next'));
  const memory = askedMemoryIn(folder, told);
  await memory.noteAsked('microphone');
  expect(await memory.wasAsked('microphone')).toBe(true);
  expect(troubles).toEqual(['permissions.memory-unwritten EISDIR']);
});
