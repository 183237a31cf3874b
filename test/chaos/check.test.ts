import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  done,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../../main/vault/test-vault.ts';
import { brokenAt } from './audit-chain.ts';
import { compare, ephemeralTraces, slices, unfinishedFiles } from './check.ts';
import type { LoggedFragment } from './client.ts';
import { lossesOf } from './losses.ts';
import { everyKind, FAULT_KINDS, scheduleOf } from './schedule.ts';
import { decodes, type Held } from './service-holds.ts';
import { readVault } from './vault-page.ts';

/** A checker that could not find anything would pass everything. */

async function recorded() {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  const kept: LoggedFragment[] = [];
  for (const sequence of [0, 1, 2]) {
    const fragment = testFragment({ channelId: 'mic:default', sequence });
    const stored = done(await recording.append(fragment));
    await recording.noteReceipt(stored);
    kept.push({ ...fragment.header, step: 'kept', atMs: 0, monotonicMs: 0 });
  }
  done(await recording.change({ delivered: true }));
  await recording.close();
  const pieces = readVault(dataDir, TEST_SESSION).pieces;
  const held: Held = { status: 'stopped', pieces, ephemeral: [], liveStreams: [], wrong: [], videos: 1 };
  const take = join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed');
  return { dataDir, kept, held, take };
}

function said(dataDir: string, held: Held, kept: readonly LoggedFragment[]): string[] {
  const found: string[] = [];
  compare(readVault(dataDir, TEST_SESSION), held, kept, (what) => found.push(what));
  return found;
}

describe('the checker', () => {
  test('says nothing where both sides hold what was kept', async () => {
    const { dataDir, held, kept } = await recorded();
    expect(held.pieces).toHaveLength(3);
    expect(said(dataDir, held, kept)).toEqual([]);
  });

  test('finds what was acknowledged and is not at the service', async () => {
    const { dataDir, held, kept } = await recorded();
    expect(said(dataDir, { ...held, pieces: held.pieces.slice(0, 2) }, kept)).toContain(
      'acknowledged and missing at the service: mic:default take 1 fragment 2',
    );
  });

  test('finds other bytes at the service, and what was never recorded', async () => {
    const { dataDir, held, kept } = await recorded();
    const other = held.pieces.map((piece, index) =>
      index === 1 ? { ...piece, sha256: '0'.repeat(64) } : piece,
    );
    expect(said(dataDir, { ...held, pieces: other }, kept)).toEqual([
      'the service accepted what was never recorded: mic:default take 1 fragment 1',
    ]);
  });

  test('finds what was kept and is nowhere, and a vault that is damaged or cut', async () => {
    const { dataDir, held, kept, take } = await recorded();
    const whole = await readFile(take);
    await writeFile(take, whole.subarray(0, whole.length - 1));
    expect(said(dataDir, { ...held, pieces: held.pieces.slice(0, 2) }, kept)).toContain(
      'kept and on neither side: mic:default take 1 fragment 2',
    );
    const flipped = Buffer.from(whole);
    flipped[whole.length - 20] = (flipped[whole.length - 20] ?? 0) ^ 1;
    await writeFile(take, flipped);
    expect(said(dataDir, held, kept)).toContain('the vault is damaged: mic:default take 1 fragment 2: seal');
  });

  test('finds a receipt that nobody gave, and what is not delivered', async () => {
    const { dataDir, held, kept } = await recorded();
    const line = JSON.stringify({ channelId: 'mic:default', take: 1, sequence: 3, mac: 'AAAA' });
    await appendFile(join(dataDir, 'vault', TEST_SESSION, 'receipts.jsonl'), `${line}\n`);
    expect(said(dataDir, held, kept)).toEqual(['the vault is damaged: receipt 4']);
    expect(said(dataDir, { ...held, status: 'stopping' }, kept)).toContain(
      'delivered, and the service says stopping',
    );
  });
});

test('what is live only is found wherever it lies, by its media and by the name of its stream', async () => {
  const dir = await testFolder();
  const media = Buffer.concat([Buffer.from('moof....mdat'), randomBytes(400)]);
  const needles = slices(media);
  expect(needles).toHaveLength(2);
  expect(await ephemeralTraces([dir], needles, ['rts-live'])).toEqual([]);
  await mkdir(join(dir, 'blobs', 'rts-live'), { recursive: true });
  await writeFile(join(dir, 'blobs', 'rts-live', '1.1'), 'sealed');
  await writeFile(join(dir, 'a.tmp'), Buffer.concat([randomBytes(100), media.subarray(20)]));
  expect(await ephemeralTraces([dir], needles, ['rts-live'])).toEqual([
    `media of a live-only channel lies in ${join(dir, 'a.tmp')}`,
    `a file of a live-only stream lies at ${join(dir, 'blobs', 'rts-live', '1.1')}`,
  ]);
  expect(unfinishedFiles(dir)).toEqual(['a.tmp']);
});

test('a file that does not decode is told', async () => {
  const path = join(await testFolder(), 'video.mp4');
  await writeFile(path, randomBytes(2000));
  expect(await decodes(path)).toContain('Invalid data');
});

test('a chain of entries is broken by any change, by a hole and by another order', () => {
  const first = { sequence: 1, previous: '0'.repeat(64), event: { b: 1, a: [2] } };
  // SHA-256 of {"event":{"a":[2],"b":1},"previous":"0…0","sequence":1}, by sha256sum.
  const hash = '044ac9aa8dcc96924f9f612ef51906dff479f5edbbc6b51ac3139af1bfa161cf';
  expect(brokenAt([{ ...first, hash }])).toBeUndefined();
  expect(brokenAt([{ ...first, event: { b: 2, a: [2] }, hash }])).toBe('entry 1 has another hash');
  expect(brokenAt([{ ...first, sequence: 2, hash }])).toBe('entry 1 says it is 2');
  expect(brokenAt([{ ...first, previous: hash, hash }])).toBe('entry 1 does not follow');
});

test('what a crash cost is counted from the end of the last kept fragment, for channels that were running', () => {
  const at = (channelId: string, startedAtMs: number, sequence = 1): LoggedFragment => ({
    ...{ step: 'kept', channelId, take: 1, sequence, startedAtMs, durationMs: 800, sha256: '' },
    ...{ atMs: startedAtMs + 900, monotonicMs: startedAtMs + 50_900 },
  });
  const fragments = () => [at('mic:usb', 1000), at('mic:default', 9000), at('display:1', 9100)];
  const live = () => ['mic:default', 'display:1', 'system_audio:default'];
  expect(lossesOf({ fragments, live }, 60_400)).toEqual([
    { channelId: 'mic:default', seconds: 0.6 },
    { channelId: 'display:1', seconds: 0.5 },
  ]);
});

test('a seed is always the same schedule, and the short run has every kind', () => {
  expect(scheduleOf(7)).toEqual(scheduleOf(7));
  expect(scheduleOf(7)).not.toEqual(scheduleOf(8));
  const kinds = everyKind().flatMap(({ faults }) => faults.map(({ kind }) => kind));
  expect(kinds.sort()).toEqual([...FAULT_KINDS].sort());
});
