import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
import { verifyRecording } from './verify.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
const ENDED = { at: '2026-03-01T10:05:00.000Z', durationMs: 3000, activeMs: 3000, live: [] };

async function recorded() {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  for (const channelId of [MIC, SCREEN])
    for (const [take, sequence] of [
      [1, 0],
      [1, 1],
      [2, 0],
    ] as const)
      done(await recording.append(testFragment({ channelId, take, sequence })));
  done(await recording.change({ ended: ENDED }));
  const dir = join(dataDir, 'vault', TEST_SESSION);
  return {
    dataDir,
    vault,
    recording,
    dir,
    media: async (prefix: string) => (await readdir(dir)).filter((name) => name.startsWith(`${prefix}.`)),
    reopen: async () => done(await vault.open(TEST_SESSION)),
  };
}

describe('one channel that is erased', () => {
  test('[P20][P41] is gone with its key; the others, their manifest and the recording stay whole', async () => {
    const { recording, media, reopen } = await recorded();
    const before = recording.manifestOf(SCREEN);
    expect(await recording.eraseChannel(MIC)).toEqual({ ok: true, value: 2 });
    expect(await media('mic@default')).toEqual([]);
    expect(recording.manifestOf(MIC)).toMatchObject({ takes: 0, fragments: 0, bytes: 0 });
    for (const one of [recording, await reopen()]) {
      expect(one.damage()).toBeUndefined();
      expect(one.fragments(MIC)).toEqual([]);
      expect(one.manifestOf(SCREEN)).toEqual(before);
      expect(done(await verifyRecording(one)).fragments).toBe(3);
    }
  });

  test('[P41] cannot be read from a copy of its files that somebody kept: the key is nowhere', async () => {
    const { recording, dir, media, reopen } = await recorded();
    const kept = await Promise.all(
      (await media('mic@default'))
        .filter((name) => name.includes('take'))
        .map(async (name) => [name, await readFile(join(dir, name))] as const),
    );
    done(await recording.eraseChannel(MIC));
    const facts = recording.facts();
    done(await recording.change({ erased: [] }));
    for (const [name, bytes] of kept) await writeFile(join(dir, name), bytes);
    const opened = await reopen();
    expect(opened.fragments(MIC)).toEqual([]);
    expect(opened.damage()).toMatchObject({ code: 'vault-damaged' });
    expect(facts.erased).toEqual([MIC]);
  });

  test('takes nothing more, also what was on its way', async () => {
    const { recording, media } = await recorded();
    const [late] = await Promise.all([
      recording.append(testFragment({ take: 2, sequence: 1 })),
      recording.eraseChannel(MIC),
    ]);
    const after = await recording.append(testFragment({ take: 3, sequence: 0 }));
    expect([late.ok || late.error.code === 'consent-revoked', after]).toMatchObject([
      true,
      { error: { code: 'consent-revoked' } },
    ]);
    expect(await media('mic@default')).toEqual([]);
    done(await recording.append(testFragment({ channelId: SCREEN, take: 2, sequence: 1 })));
  });

  test('[P41] is erased at the next opening where a crash came between', async () => {
    const { recording, media, reopen } = await recorded();
    done(await recording.change({ erased: [MIC] }));
    expect(await media('mic@default')).toHaveLength(3);
    expect((await reopen()).damage()).toBeUndefined();
    expect(await media('mic@default')).toEqual([]);
  });

  test('[P41] with a key that is half destroyed goes all the same', async () => {
    const { recording, dir, media, reopen } = await recorded();
    done(await recording.change({ erased: [MIC] }));
    await writeFile(join(dir, 'mic@default.key.sealed'), Buffer.alloc(60, 7));
    await reopen();
    expect(await media('mic@default')).toEqual([]);
  });

  test.skipIf(!IS_ROOT)('says where the disk does not let it go', async () => {
    const { recording, dir } = await recorded();
    await recording.close();
    mounted(dir, 'size=4k,ro');
    expect(await recording.eraseChannel(MIC)).toMatchObject({ error: { code: 'disk-read-only' } });
  });
});

test('a channel whose key was damaged is told, by name', async () => {
  const { dir, vault } = await recorded();
  await writeFile(join(dir, 'mic@default.key.sealed'), Buffer.alloc(60, 7));
  const opened = done(await vault.open(TEST_SESSION));
  expect(opened.damage()).toMatchObject({ code: 'vault-damaged', detail: `key of ${MIC}` });
  // The others can be had.
  expect([opened.fragments(MIC).length, opened.fragments(SCREEN).length]).toEqual([0, 3]);
});

test.skipIf(!IS_ROOT)(
  '[P41] a channel is erased also where the disk is full, and that is noted then',
  async () => {
    const folder = await testFolder();
    mounted(folder, 'size=96k');
    const vault = await testVault(folder);
    const recording = done(await vault.create(testFacts()));
    const big = { channelId: MIC, bytes: Buffer.alloc(20_000, 1) };
    for (let sequence = 0, isFull = false; !isFull; sequence++)
      isFull = !(await recording.append(testFragment({ ...big, sequence }))).ok;
    const isFilled = () =>
      appendFile(join(folder, 'filler'), Buffer.alloc(4096)).then(
        () => false,
        () => true,
      );
    while (!(await isFilled()));
    expect(await recording.change({ delivered: false })).toMatchObject({ error: { code: 'disk-full' } });
    expect(await recording.eraseChannel(MIC)).toEqual({ ok: true, value: 1 });
    const opened = done(await vault.open(TEST_SESSION));
    expect([opened.facts().erased, opened.fragments(MIC), opened.damage()]).toEqual([[MIC], [], undefined]);
  },
);

describe('a recording that is erased without being opened', () => {
  test('[P17][P41] is gone, also where its facts are damaged', async () => {
    const { vault, dir } = await recorded();
    await writeFile(join(dir, 'recording.sealed'), 'damaged');
    expect(await vault.erase(TEST_SESSION)).toMatchObject({ ok: true });
    expect(await vault.list()).toEqual([]);
    expect(await vault.erase(TEST_SESSION)).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('is one of the vault and nothing beside it', async () => {
    const { vault, dataDir } = await recorded();
    await mkdir(join(dataDir, 'precious'));
    expect(await vault.erase('cap-x/../../precious')).toMatchObject({ error: { code: 'recording-unknown' } });
    expect(await readdir(dataDir)).toContain('precious');
  });
});
