import { mkdir, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fragment } from '../../contract/fragment.ts';
import type { Recording } from './recording.ts';
import {
  done,
  MEDIA_SIGNATURES,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from './test-vault.ts';
import { verifyRecording } from './verify.ts';

const ALL: Fragment[] = [
  ...[0, 1, 2].map((sequence) => testFragment({ sequence })),
  ...[0, 1].map((sequence) => testFragment({ take: 2, sequence })),
  ...[0, 1, 2].map((sequence) => testFragment({ channelId: 'display:1', sequence })),
];

async function recorded(fragments: readonly Fragment[] = ALL) {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  for (const fragment of fragments) done(await recording.append(fragment));
  await recording.close();
  const dir = join(dataDir, 'vault', TEST_SESSION);
  return {
    dataDir,
    vault,
    recording,
    dir,
    reopen: async () => done(await (await testVault(dataDir)).open(TEST_SESSION)),
  };
}

async function everything(recording: Recording): Promise<Fragment[]> {
  const found: Fragment[] = [];
  for (const { id } of recording.facts().channels)
    for (const stored of recording.fragments(id)) found.push(done(await recording.read(stored)));
  return found;
}

describe('a recording', () => {
  test('gives back after a restart what was put in, in order of take and sequence', async () => {
    const { reopen } = await recorded();
    const recording = await reopen();
    expect(recording.facts()).toEqual(testFacts());
    expect(recording.damage()).toBeUndefined();
    expect(
      (await everything(recording)).map(({ header, bytes }) => ({ header, bytes: Buffer.from(bytes) })),
    ).toEqual(ALL);
    expect(done(await verifyRecording(recording))).toEqual({
      fragments: ALL.length,
      bytes: ALL.reduce((sum, { header }) => sum + header.bytes, 0),
    });
  });

  test('[P30]holds neither media nor facts that can be read without its key', async () => {
    const { dir, recording } = await recorded();
    await recording.noteReceipt(
      recording.fragments('mic:default')[0] ?? {
        header: testFragment({ sequence: 0 }).header,
        offset: 0,
        length: 0,
      },
    );
    const names = await readdir(dir);
    expect(names.sort()).toEqual([
      'display@1.key.sealed',
      'display@1.take-00001.sealed',
      'key.wrapped',
      'mic@default.key.sealed',
      'mic@default.take-00001.sealed',
      'mic@default.take-00002.sealed',
      'receipts.jsonl',
      'recording.sealed',
    ]);
    for (const name of names) {
      const text = (await readFile(join(dir, name))).toString('latin1');
      for (const told of [...MEDIA_SIGNATURES, 'Weekly', 'ada', 'Microphone'])
        expect(text).not.toContain(told);
    }
  });

  test('[P30] does not open with the key of another device', async () => {
    const { dataDir } = await recorded();
    await writeFile(join(dataDir, 'device.key'), Buffer.alloc(32, 7));
    expect(await (await testVault(dataDir)).open(TEST_SESSION)).toMatchObject({
      ok: false,
      error: { code: 'vault-damaged' },
    });
  });

  test('tells the manifest that the service has to match', async () => {
    const { reopen, recording } = await recorded();
    const manifest = recording.manifestOf('mic:default');
    expect(manifest).toMatchObject({ channel_id: 'mic:default', takes: 2, fragments: 5, dropped: 0 });
    expect((await reopen()).manifestOf('mic:default')).toEqual(manifest);
    expect(recording.manifestOf('display:1').digest).not.toBe(manifest.digest);
  });

  test('keeps the facts of before where new ones cannot be written', async () => {
    const { dir, recording, reopen } = await recorded();
    await rm(join(dir, 'recording.sealed'));
    expect(await recording.change({ delivered: true })).toEqual({ ok: true, value: undefined });
    await rm(dir, { recursive: true });
    expect(await recording.change({ delivered: false })).toMatchObject({
      error: { code: 'vault-unwritable' },
    });
    expect(recording.facts().delivered).toBe(true);
    await expect(reopen()).rejects.toThrow('recording-unknown');
  });
});

describe('what is missing of an ended recording is found', () => {
  const ended = { at: '2026-03-01T10:05:00.000Z', durationMs: 3000, activeMs: 3000, live: [] };

  test('[P61] where a whole take was taken away', async () => {
    const { dir, recording, reopen } = await recorded();
    done(await recording.change({ ended }));
    expect((await reopen()).damage()).toBeUndefined();
    await rm(join(dir, 'mic@default.take-00002.sealed'));
    const damaged = await reopen();
    expect(damaged.damage()).toMatchObject({
      code: 'vault-damaged',
      detail: 'mic:default: 3 of 5 fragments',
    });
    expect(await verifyRecording(damaged)).toMatchObject({ ok: false, error: { code: 'vault-damaged' } });
  });

  test('[P61] where the end of a take was cut off', async () => {
    const { dir, recording, reopen } = await recorded();
    done(await recording.change({ ended }));
    const path = join(dir, 'display@1.take-00001.sealed');
    const bytes = await readFile(path);
    const [, , last] = recording.fragments('display:1');
    await writeFile(path, bytes.subarray(0, (last?.offset ?? 0) - 8));
    expect((await reopen()).damage()).toMatchObject({ detail: 'display:1: 2 of 3 fragments' });
  });
});

test('[P61] a recording that holds more than was noted at its end is not damaged: it was on its way to the disk then', async () => {
  const { vault, reopen } = await recorded(ALL.slice(0, 3));
  const again = done(await vault.open(TEST_SESSION));
  const ended = { at: '2026-03-01T10:05:00.000Z', durationMs: 3000, activeMs: 3000, live: [] };
  done(await again.change({ ended }));
  done(await again.append(testFragment({ take: 2, sequence: 0 })));
  await again.close();
  const reopened = await reopen();
  expect(reopened.damage()).toBeUndefined();
  expect(reopened.wholeUntil('mic:default')).toBeUndefined();
  expect((await verifyRecording(reopened)).ok).toBe(true);
});

test('[P57] what was cut as it could not be read is sent once it can be, and not where it was delivered so', async () => {
  const { recording } = await recorded();
  const cut = { channelId: 'mic:default', code: 'vault-damaged', fragments: 1, bytes: 30 } as const;
  const other = { ...cut, channelId: 'display:1', code: 'policy-forbids' } as const;
  for (const each of [cut, other]) done(await recording.noteCut(each));
  done(await recording.forgetMendedCuts());
  expect(recording.facts().cut).toEqual([other]);
  done(await recording.noteCut(cut));
  done(await recording.change({ delivered: true }));
  done(await recording.forgetMendedCuts());
  expect(recording.facts().cut).toEqual([other, cut]);
});

describe('receipts', () => {
  const mic = ALL.filter(({ header }) => header.channelId === 'mic:default');

  test('count as far as they have no hole', async () => {
    const { recording, reopen } = await recorded();
    const [first, second, , fourth] = recording.fragments('mic:default');
    if (first === undefined || second === undefined || fourth === undefined) throw new Error('too few');
    await recording.noteReceipt(first);
    await recording.noteReceipt(second);
    expect(recording.receipted('mic:default')).toBe(2);
    expect(recording.receipted('display:1')).toBe(0);
    await recording.noteReceipt(fourth);
    expect((await reopen()).receipted('mic:default')).toBe(2);
  });

  test('survive a line that a crash tore, and what was written behind it', async () => {
    const { dir, recording, reopen } = await recorded();
    for (const stored of recording.fragments('mic:default')) await recording.noteReceipt(stored);
    expect((await reopen()).receipted('mic:default')).toBe(mic.length);
    const path = join(dir, 'receipts.jsonl');
    const whole = await readFile(path, 'utf8');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.slice(0, length));
      const begun = whole.slice(0, length + 1).split('\n').length;
      expect((await reopen()).receipted('mic:default')).toBeLessThanOrEqual(begun);
    }
    const lines = whole.split('\n');
    await writeFile(path, `${lines[0]}\n${lines[1]?.slice(0, 9)}${lines[1]}\n${lines.slice(2).join('\n')}`);
    expect((await reopen()).receipted('mic:default')).toBe(1);
    await writeFile(path, 'null\n"x"}\n{"channelId":1}\n');
    expect((await reopen()).receipted('mic:default')).toBe(0);
  });

  test('[P61] that a delivered recording has no more are named, wherever the file was cut', async () => {
    const { dir, recording, reopen } = await recorded();
    for (const { id } of recording.facts().channels)
      for (const stored of recording.fragments(id)) await recording.noteReceipt(stored);
    done(await recording.change({ delivered: true }));
    expect((await verifyRecording(await reopen())).ok).toBe(true);
    const path = join(dir, 'receipts.jsonl');
    const whole = await readFile(path, 'utf8');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.slice(0, length));
      expect((await reopen()).damagedReceipt()).toMatch(/^receipt of \S+ take \d fragment \d$/);
    }
    await rm(path);
    expect(await verifyRecording(await reopen())).toMatchObject({
      error: { code: 'vault-damaged', detail: 'receipt of mic:default take 1 fragment 0' },
    });
  });

  test('of a full disk are made up for when everything is delivered', async () => {
    const { dir, recording, reopen } = await recorded();
    const path = join(dir, 'receipts.jsonl');
    await mkdir(path);
    for (const { id } of recording.facts().channels)
      for (const stored of recording.fragments(id)) await recording.noteReceipt(stored);
    expect(await recording.change({ delivered: true })).toMatchObject({ ok: false });
    expect(recording.facts().delivered).toBe(false);
    await rmdir(path);
    done(await recording.change({ delivered: true }));
    const again = await reopen();
    expect(again.receipted('mic:default')).toBe(mic.length);
    expect((await verifyRecording(again)).ok).toBe(true);
  });

  test('that cannot be written are counted all the same', async () => {
    const { dir, recording } = await recorded();
    await rm(dir, { recursive: true });
    const [first] = recording.fragments('mic:default');
    if (first === undefined) throw new Error('too few');
    await recording.noteReceipt(first);
    expect(recording.receipted('mic:default')).toBe(1);
    recording.rewindReceipts('mic:default', 0);
    expect(recording.receipted('mic:default')).toBe(0);
  });
});

describe('erasing', () => {
  test('[P17][P41] leaves nothing of the recording', async () => {
    const { dataDir, dir, recording } = await recorded();
    expect(await recording.erase()).toBe(7);
    await expect(readdir(dir)).rejects.toThrow('ENOENT');
    const vault = await testVault(dataDir);
    expect(await vault.list()).toEqual([]);
    expect(await vault.open(TEST_SESSION)).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('[P41] destroys the key before anything else: where it cannot, everything is still there', async () => {
    const { dir, recording } = await recorded();
    const names = await readdir(dir);
    await rm(join(dir, 'key.wrapped'));
    await mkdir(join(dir, 'key.wrapped'));
    await expect(recording.erase()).rejects.toThrow('EISDIR');
    expect(await readdir(dir)).toEqual(names);
  });

  test('[P41] that was cut short after the key is finished at the next start', async () => {
    const { dataDir, dir, recording } = await recorded();
    await recording.close();
    const vault = await testVault(dataDir);
    const gone = join(dataDir, 'vault', `gone-${TEST_SESSION}`);
    await rename(dir, gone);
    expect(await vault.list()).toEqual([]);
    expect(await vault.sweep()).toEqual({ finished: [{ sessionId: TEST_SESSION, files: 7 }], failed: [] });
    await expect(readdir(gone)).rejects.toThrow('ENOENT');
    expect(await vault.sweep()).toEqual({ finished: [], failed: [] });
  });

  test('[P41] overwrites the key, so that whoever had the file open has nothing', async () => {
    const { dir, recording } = await recorded();
    const file = await open(join(dir, 'key.wrapped'));
    const before = await file.readFile();
    await recording.erase();
    const after = Buffer.alloc(before.length);
    await file.read(after, 0, after.length, 0);
    await file.close();
    expect(after).not.toEqual(before);
  });
});

test('a recording that goes on follows its last whole record, wherever the one after it was torn', async () => {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  for (const sequence of [0, 1, 2]) done(await recording.append(testFragment({ sequence })));
  await recording.close();
  const path = join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed');
  const whole = await readFile(path);
  const { offset = 0 } = recording.fragments('mic:default')[2] ?? {};
  for (let end = offset - 7; end < whole.length; end += 41) {
    await writeFile(path, whole.subarray(0, end));
    const again = done(await vault.open(TEST_SESSION));
    expect(again.lastTake('mic:default')).toBe(1);
    for (const sequence of [0, 1]) done(await again.append(testFragment({ take: 2, sequence })));
    await again.close();
    const read = done(await vault.open(TEST_SESSION));
    expect(read.damage()).toBeUndefined();
    expect(read.fragments('mic:default').map(({ header }) => [header.take, header.sequence])).toEqual([
      ...[
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
      ],
    ]);
    expect((await readFile(path)).length).toBe(offset - 8);
    await rm(path.replace('00001', '00002'));
  }
});
