import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAuditLog } from '../../main/audit/log.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../../main/vault/test-vault.ts';
import { tallylight } from './test-cli.ts';

/** A data folder with one recording, and the command that deletes it. */
async function kept() {
  const dataDir = await testFolder();
  await noteStart(dataDir, TEST_SESSION);
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  done(await recording.append(testFragment({ sequence: 0 })));
  await recording.close();
  const remove = (...more: string[]) => tallylight(['delete', TEST_SESSION, '--data', dataDir, ...more]);
  const purged = async () =>
    done(await readAuditLog(dataDir))
      .map(({ event }) => event)
      .filter(({ type }) => type === 'recording.purged');
  return { dataDir, vault, remove, purged };
}

async function changed(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
}

test('tallylight recordings says how much is stored of what a crash cut off, and that it was', async () => {
  const { dataDir, vault } = await kept();
  const recording = done(await vault.open(TEST_SESSION));
  for (const sequence of [0, 1, 2, 3])
    done(await recording.append(testFragment({ channelId: 'display:1', sequence })));
  await recording.close();
  const list = (...more: string[]) => tallylight(['recordings', '--data', dataDir, ...more]);
  expect((await list()).out).toContain('  3 s, cut off  ');
  expect(JSON.parse((await list('--json')).out)).toMatchObject({ seconds: 3, cutOff: true });
  const again = done(await vault.open(TEST_SESSION));
  done(
    await again.change({
      ended: { at: '2026-03-01T10:00:09.000Z', durationMs: 2000, activeMs: 2000, live: [] },
    }),
  );
  await again.close();
  expect((await list()).out).toContain('  2 s  ');
  expect(JSON.parse((await list('--json')).out)).toMatchObject({ seconds: 2, cutOff: false });
}, 30_000);

test('[P61] a recording whose key is gone is listed and verified as damaged, and the others are listed', async () => {
  const { dataDir, vault, remove } = await kept();
  done(await vault.create(testFacts({ sessionId: 'cap-9876543210' })));
  await rm(join(dataDir, 'vault', TEST_SESSION, 'key.wrapped'));
  const damaged = { code: 'vault-damaged', detail: `key of ${TEST_SESSION}` };
  const said = await tallylight(['recordings', '--data', dataDir, '--json']);
  expect(said.code).not.toBe(0);
  const lines = said.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { event: 'error', ...damaged },
    { event: 'recording', id: 'cap-9876543210' },
  ]);
  const verified = await tallylight(['verify', TEST_SESSION, '--data', dataDir, '--json']);
  expect(JSON.parse(verified.out)).toMatchObject({ event: 'error', ...damaged });
  expect(verified.err).toContain('This recording does not open here.');
  expect(await remove()).toMatchObject({ code: 0 });
  expect(await vault.list()).toEqual(['cap-9876543210']);
}, 30_000);

describe('tallylight delete', () => {
  test('[P41] destroys the recording, says so and notes it', async () => {
    const { vault, remove, purged } = await kept();
    expect(await remove()).toEqual({
      code: 0,
      out: `${TEST_SESSION} is gone from this device: its key is destroyed.\n`,
      err: '',
    });
    expect(await vault.list()).toEqual([]);
    expect(await purged()).toMatchObject([{ sessionId: TEST_SESSION, reason: 'deleted-by-person' }]);
  });

  const UNOPENED: readonly [string, (dir: string) => Promise<void>, string][] = [
    [
      'is damaged',
      (dir) => changed(join(dir, 'recording.sealed'), (bytes) => flipped(bytes, 20)),
      'vault-damaged',
    ],
    ['is cut short', (dir) => truncate(join(dir, 'recording.sealed'), 0), 'vault-damaged'],
    ['lost its facts', (dir) => rm(join(dir, 'recording.sealed')), 'vault-damaged'],
    ['lost its key', (dir) => rm(join(dir, 'key.wrapped')), 'vault-damaged'],
    [
      'is kept under a key of the system',
      (dir) => changed(join(dir, 'key.wrapped'), (key) => replaced(key, 'key-file', 'keychain')),
      'key-elsewhere',
    ],
    [
      'is of another version',
      (dir) => changed(join(dir, 'key.wrapped'), (key) => replaced(key, 'tallylight-', 'tallylighu-')),
      'vault-version',
    ],
  ];
  test.each(UNOPENED)('[P41] destroys what %s, and notes it', async (_name, damage, code) => {
    const { dataDir, vault, remove, purged } = await kept();
    await damage(join(dataDir, 'vault', TEST_SESSION));
    expect(await vault.open(TEST_SESSION)).toMatchObject({ error: { code } });
    expect(await remove()).toEqual({
      code: 0,
      out: `${TEST_SESSION} is gone from this device: its key is destroyed.\n`,
      err: '',
    });
    expect(await readdir(join(dataDir, 'vault'))).toEqual([]);
    expect(await purged()).toMatchObject([{ sessionId: TEST_SESSION, reason: 'deleted-by-person' }]);
    const written = done(await readAuditLog(dataDir)).at(-1);
    expect(written).toMatchObject({ actor: 'tallylight' });
  });

  test('says of what is not here that it is not, and notes nothing', async () => {
    const { dataDir, vault, purged } = await kept();
    const said = await tallylight(['delete', 'cap-0000000000', '--data', dataDir, '--json']);
    expect(JSON.parse(said.out)).toMatchObject({ code: 'recording-unknown' });
    expect(await vault.list()).toEqual([TEST_SESSION]);
    expect(await purged()).toEqual([]);
  });

  test('says of an id that is longer than any that there is no such recording', async () => {
    const { dataDir } = await kept();
    for (const id of [`cap-${'x'.repeat(1500)}`, `cap-${'x'.repeat(65)}`, 'cap-unknown'])
      for (const command of ['delete', 'verify', 'export'])
        expect(await tallylight([command, id, '--json', '--data', dataDir])).toMatchObject({
          code: 2,
          out: expect.stringContaining('"recording-unknown"'),
        });
  }, 60_000);

  test('[P29] fails where it cannot be noted, and says that the recording is gone all the same', async () => {
    const { dataDir, vault, remove, purged } = await kept();
    // Where the next head of the log is to be written.
    await mkdir(join(dataDir, 'audit.head.next'));
    const said = await remove('--json');
    expect(said.code).not.toBe(0);
    expect(said.err).toContain(`${TEST_SESSION} is gone from this device: its key is destroyed.`);
    expect(said.err).toContain('could not be written to the audit log');
    expect(
      said.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ event: 'error', code: 'vault-unwritable' }]);
    expect(await vault.list()).toEqual([]);
    expect(await purged()).toEqual([]);
  });
});
