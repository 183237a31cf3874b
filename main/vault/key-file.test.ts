import { chmod, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyFileSecrets } from './key-file.ts';
import { done, TEST_SESSION, testFacts, testFolder, testVault } from './test-vault.ts';
import { vaultIn } from './vault.ts';

const KEY = Buffer.alloc(32, 9);

test('the key file is made once, of 32 random bytes, for this user only', async () => {
  const dataDir = join(await testFolder(), 'new', 'data');
  const secrets = done(await keyFileSecrets(dataDir));
  const path = join(dataDir, 'device.key');
  expect((await readFile(path)).length).toBe(32);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  const wrapped = done(await secrets.wrap(KEY));
  expect(Buffer.from(wrapped).includes(KEY)).toBe(false);
  const again = done(await keyFileSecrets(dataDir));
  expect(Buffer.from(done(await again.unwrap(wrapped)))).toEqual(KEY);
  expect(again).toMatchObject({ kind: 'key-file', warning: 'key-file' });
});

test('a key file that others may read is taken back from them', async () => {
  const dataDir = await testFolder();
  done(await keyFileSecrets(dataDir));
  const path = join(dataDir, 'device.key');
  await chmod(path, 0o644);
  done(await keyFileSecrets(dataDir));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('what was wrapped does not open with another key, cut off or changed', async () => {
  const secrets = done(await keyFileSecrets(await testFolder()));
  const other = done(await keyFileSecrets(await testFolder()));
  const wrapped = Buffer.from(done(await secrets.wrap(KEY)));
  expect(await other.unwrap(wrapped)).toMatchObject({ error: { code: 'vault-damaged' } });
  for (let at = 0; at < wrapped.length; at++) {
    const changed = Buffer.from(wrapped);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await secrets.unwrap(changed)).toMatchObject({ ok: false });
    expect(await secrets.unwrap(wrapped.subarray(0, at))).toMatchObject({ ok: false });
  }
});

test('two that start at the same moment have one key', async () => {
  const dataDir = await testFolder();
  const started = await Promise.all([1, 2, 3, 4, 5, 6].map(() => keyFileSecrets(dataDir)));
  const made = started.filter(({ ok }) => ok).map(done);
  expect(
    started.filter(({ ok }) => !ok).every((other) => !other.ok && other.error.code === 'data-in-use'),
  ).toBe(true);
  const kept = done(await keyFileSecrets(dataDir));
  expect(made.length).toBeGreaterThan(0);
  for (const secrets of made)
    expect(Buffer.from(done(await kept.unwrap(done(await secrets.wrap(KEY)))))).toEqual(KEY);
});

test('an empty key file is being made by another one, or a crash left it and it is made anew', async () => {
  const dataDir = await testFolder();
  const path = join(dataDir, 'device.key');
  await writeFile(path, '');
  expect(await keyFileSecrets(dataDir)).toMatchObject({ error: { code: 'data-in-use' } });
  await utimes(path, 1, 1);
  done(await keyFileSecrets(dataDir));
  expect((await readFile(path)).length).toBe(32);
});

test('a key file that is no key is never replaced: recordings may hang on it', async () => {
  const dataDir = await testFolder();
  await writeFile(join(dataDir, 'device.key'), 'short');
  await utimes(join(dataDir, 'device.key'), 1, 1);
  expect(await keyFileSecrets(dataDir)).toMatchObject({ error: { code: 'vault-damaged' } });
  expect(await readFile(join(dataDir, 'device.key'), 'utf8')).toBe('short');
});

test('[P61] a key file that is gone, or empty, is not made anew where recordings hang on it: put back, it opens them', async () => {
  const dataDir = await testFolder();
  const [path, aside] = [join(dataDir, 'device.key'), join(dataDir, 'aside')];
  await done(await (await testVault(dataDir)).create(testFacts())).close();
  const opened = async () => {
    const secrets = await keyFileSecrets(dataDir);
    return secrets.ok ? vaultIn(dataDir, secrets.value).open(TEST_SESSION) : secrets;
  };
  const whole = await readFile(path);
  await rename(path, aside);
  expect(await opened()).toMatchObject({ error: { code: 'key-missing', detail: path } });
  expect(await readdir(dataDir)).not.toContain('device.key');
  await writeFile(path, '');
  await utimes(path, 1, 1);
  expect(await opened()).toMatchObject({ error: { code: 'key-missing', detail: path } });
  await rename(aside, path);
  expect(await readFile(path)).toEqual(whole);
  done(await opened());
});

test('a key file is made beside recordings that the system keychain protects, and after those of before were moved away', async () => {
  const dataDir = await testFolder();
  const secrets = done(await keyFileSecrets(await testFolder()));
  done(await vaultIn(dataDir, { ...secrets, kind: 'keychain' }).create(testFacts()));
  done(await keyFileSecrets(dataDir));
  const other = await testFolder();
  await done(await (await testVault(other)).create(testFacts())).close();
  await rename(join(other, 'device.key'), join(other, 'lost'));
  expect(await keyFileSecrets(other)).toMatchObject({ error: { code: 'key-missing' } });
  await rename(join(other, 'vault'), join(other, 'vault-of-before'));
  done(await keyFileSecrets(other));
});

test('a key file is not made where it cannot be seen whether recordings hang on one', async () => {
  const dataDir = await testFolder();
  await writeFile(join(dataDir, 'vault'), 'no folder');
  expect(await keyFileSecrets(dataDir)).toMatchObject({ error: { code: 'vault-unwritable' } });
  expect(await readdir(dataDir)).toEqual(['vault']);
});

test('a data folder that is none is said', async () => {
  const folder = await testFolder();
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'odd', 'device.key'), { recursive: true });
  for (const dir of ['file', 'odd'])
    expect(await keyFileSecrets(join(folder, dir))).toMatchObject({ error: { code: 'vault-unwritable' } });
});
