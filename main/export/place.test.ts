import type { link } from 'node:fs/promises';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../vault/test-vault.ts';
import { place } from './place.ts';

/** No file system without links can be made here. */
const noLinks: typeof link = async () => {
  throw Object.assign(new Error('no links'), { code: 'EPERM' });
};

test.each([
  ['by a link', undefined],
  ['where the file system knows no links', noLinks],
])('a whole file takes a name that nothing has, and no other: %s', async (_how, byLink) => {
  const folder = await testFolder();
  const from = join(folder, 'whole');
  const [free, taken, dangling] = ['free', 'taken', 'dangling'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(from, 'whole');
  await writeFile(taken, 'of somebody else');
  await symlink(join(folder, 'nowhere'), dangling);
  expect(await place(from, taken, byLink)).toBe(false);
  expect(await readFile(taken, 'utf8')).toBe('of somebody else');
  expect(await place(from, dangling, byLink)).toBe(false);
  expect(await place(from, free, byLink)).toBe(true);
  expect(await readFile(free, 'utf8')).toBe('whole');
});

test('an error of the disk is thrown', async () => {
  const folder = await testFolder();
  await expect(place(join(folder, 'none'), join(folder, 'free'))).rejects.toThrow('ENOENT');
});
