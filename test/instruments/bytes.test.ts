import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containsBytes } from './bytes.ts';
import { emptyFolder } from './fixtures.ts';

const needle = Buffer.from('the known picture');

test('bytes are found in folders within folders, also across the pieces a large file is read in', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'deep', 'er'), { recursive: true });
  const large = Buffer.alloc(3 << 20, 7);
  const offsets = [0, (1 << 20) - 5, (2 << 20) - needle.length, 3 * (1 << 20) - needle.length];
  for (const offset of offsets) needle.copy(large, offset);
  const path = join(folder, 'deep', 'er', 'large.bin');
  await writeFile(path, large);
  await writeFile(join(folder, 'clean.bin'), Buffer.alloc(1000, 7));
  const found = await containsBytes([folder], [Buffer.from('not in here'), needle]);
  expect(found).toEqual(offsets.map((byteOffset) => ({ path, needle: 1, byteOffset })));
});

test('what is behind a link is not searched, and a path that is not there is an error', async () => {
  const [folder, elsewhere] = [await emptyFolder(), await emptyFolder()];
  await writeFile(join(elsewhere, 'secret'), needle);
  await symlink(elsewhere, join(folder, 'link'));
  expect(await containsBytes([folder], [needle])).toEqual([]);
  await expect(containsBytes([join(folder, 'missing')], [needle])).rejects.toThrow(/ENOENT/);
});

test('too few bytes to prove anything are refused', async () => {
  await expect(containsBytes([], [Buffer.from('abc')])).rejects.toThrow(/prove nothing/);
});
