import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fail } from '../../contract/result.ts';
import { keyFileSecrets } from './key-file.ts';
import {
  done,
  IS_ROOT,
  mounted,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from './test-vault.ts';
import { vaultIn } from './vault.ts';
import { verifyRecording } from './verify.ts';

describe('the vault', () => {
  test('lists what it holds and tells the facts without reading media', async () => {
    const vault = await testVault(await testFolder());
    expect(await vault.list()).toEqual([]);
    for (const id of ['cap-bbbbbbbb', 'cap-aaaaaaaa'])
      await done(await vault.create(testFacts({ sessionId: id }))).close();
    expect(await vault.list()).toEqual(['cap-aaaaaaaa', 'cap-bbbbbbbb']);
    expect(done(await vault.facts('cap-bbbbbbbb')).sessionId).toBe('cap-bbbbbbbb');
    expect(await vault.facts('cap-cccccccc')).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('does not follow an id that names a place beside it', async () => {
    const dataDir = await testFolder();
    const vault = await testVault(dataDir);
    done(await vault.create(testFacts()));
    for (const id of [
      `../vault/${TEST_SESSION}`,
      `${TEST_SESSION}/../${TEST_SESSION}`,
      '..',
      '',
      'cap-',
      '/etc',
    ])
      expect(await vault.open(id)).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('says where a recording can be opened that another key store protects', async () => {
    const folder = await testFolder();
    done(await (await testVault(folder)).create(testFacts()));
    const secrets = done(await keyFileSecrets(folder));
    const desktop = vaultIn(folder, { ...secrets, kind: 'keychain' });
    expect(await desktop.open(TEST_SESSION)).toMatchObject({
      error: { code: 'key-elsewhere', detail: expect.stringContaining('key-file') },
    });
  });

  test('does not take a session of which it holds a recording for a second one', async () => {
    const vault = await testVault(await testFolder());
    const recording = done(await vault.create(testFacts()));
    done(await recording.append(testFragment({ sequence: 0 })));
    await recording.close();
    expect(await vault.create(testFacts())).toMatchObject({ error: { code: 'not-now' } });
    expect(done(await vault.open(TEST_SESSION)).fragments('mic:default')).toHaveLength(1);
  });

  test('goes on where a crash left a recording that had not begun', async () => {
    const dataDir = await testFolder();
    const vault = await testVault(dataDir);
    await mkdir(join(dataDir, 'vault', TEST_SESSION), { recursive: true });
    await writeFile(join(dataDir, 'vault', TEST_SESSION, 'key.wrapped'), 'half');
    done(await vault.create(testFacts()));
    done(await vault.open(TEST_SESSION));
  });

  test('makes nothing where the key cannot be protected', async () => {
    const dataDir = await testFolder();
    const refused = async () => fail('vault-unwritable', 'keychain');
    const vault = vaultIn(dataDir, { kind: 'keychain', warning: null, wrap: refused, unwrap: refused });
    expect(await vault.create(testFacts())).toMatchObject({ error: { detail: 'keychain' } });
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('[P61] names the fragment whose digest is not that of its bytes', async () => {
    const vault = await testVault(await testFolder());
    const recording = done(await vault.create(testFacts()));
    const { header, bytes } = testFragment({ sequence: 0 });
    done(await recording.append({ header: { ...header, crc32: '00000000' }, bytes }));
    expect(await verifyRecording(recording)).toMatchObject({
      error: { code: 'vault-damaged', detail: 'mic:default take 1 fragment 0' },
    });
  });
});

const onRootOnly = IS_ROOT ? '' : ' (skipped: needs root to mount a small disk)';

describe.skipIf(!IS_ROOT)('a disk of one MiB', () => {
  test(`that fills up ends the take, and everything before stays readable${onRootOnly}`, async () => {
    const dataDir = await testFolder();
    mounted(dataDir, 'size=1m');
    const vault = await testVault(dataDir);
    const recording = done(await vault.create(testFacts()));
    const large = Buffer.alloc(300_000, 1);
    const appended = [];
    for (let sequence = 0; sequence < 6; sequence++)
      // The last ones are small enough to fit again: behind a hole they could not be read.
      appended.push(
        await recording.append(testFragment({ sequence, ...(sequence < 4 ? { bytes: large } : {}) })),
      );
    expect(appended.map((stored) => stored.ok || stored.error.code)).toEqual([
      true,
      true,
      true,
      'disk-full',
      'disk-full',
      'disk-full',
    ]);
    done(await recording.append(testFragment({ take: 2, sequence: 0 })));
    await recording.close();
    const reopened = done(await (await testVault(dataDir)).open(TEST_SESSION));
    expect(done(await verifyRecording(reopened))).toMatchObject({ fragments: 4 });
    expect(reopened.manifestOf('mic:default')).toEqual(recording.manifestOf('mic:default'));
  });

  test(`that is full refuses a new recording and leaves no half of it${onRootOnly}`, async () => {
    const dataDir = await testFolder();
    mounted(dataDir, 'size=1m');
    const vault = await testVault(dataDir);
    await writeFile(join(dataDir, 'filling'), Buffer.alloc(2_000_000)).catch(() => undefined);
    expect(await vault.create(testFacts())).toMatchObject({ error: { code: 'disk-full' } });
    expect(await vault.list()).toEqual([]);
  });
});

test(`a folder that cannot be written is said${onRootOnly}`, async () => {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  if (IS_ROOT) mounted(dataDir, 'size=1m,ro');
  else await chmod(dataDir, 0o500);
  expect(await vault.create(testFacts())).toMatchObject({ error: { code: 'vault-unwritable' } });
});
