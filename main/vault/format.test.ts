import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { done, TEST_SESSION, testFacts, testFolder, testFragment, testVault } from './test-vault.ts';
import { verifyRecording } from './verify.ts';

const run = promisify(execFile);
const MIC = 'mic:default';
const SCREEN = 'display:1';
const ENDED = { at: '2026-03-01T10:05:00.000Z', durationMs: 3000, activeMs: 3000, live: [] };
const SIGNED = { session_id: TEST_SESSION, iat: 1 };
const RECEIPT = `e30.${Buffer.from(JSON.stringify(SIGNED)).toString('base64url')}.c2lnbmVk`;
const takeFile = (take: number) => `mic@default.take-0000${take}.sealed`;

/** Three takes of a microphone and one of a display; `sizes`: of the microphone's take files after each of their fragments. */
async function recorded(isEnded = true) {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  const ends: number[] = [];
  for (const take of [1, 2, 3])
    for (const sequence of [0, 1]) {
      const { offset, length } = done(await recording.append(testFragment({ take, sequence })));
      if (take === 1) ends.push(offset + length);
    }
  done(await recording.append(testFragment({ channelId: SCREEN, sequence: 0 })));
  for (const stored of recording.fragments(MIC).slice(0, 3)) await recording.noteReceipt(stored);
  if (isEnded) done(await recording.change({ ended: ENDED, delivered: true, receipt: RECEIPT }));
  await recording.close();
  const dir = join(dataDir, 'vault', TEST_SESSION);
  /** What looking at it finds: the first damage, by name; undefined where it is whole. */
  const damage = async () => {
    const opened = await vault.open(TEST_SESSION);
    const verified = opened.ok ? await verifyRecording(opened.value) : opened;
    return verified.ok ? undefined : `${verified.error.code}: ${verified.error.detail}`;
  };
  return { dataDir, vault, dir, ends, damage, path: (take: number) => join(dir, takeFile(take)) };
}

describe('the chain of records', () => {
  test('[P61] shows that the end of an earlier take was cut off, also before the recording has ended', async () => {
    const { path, ends, damage } = await recorded(false);
    expect(await damage()).toBeUndefined();
    await truncate(path(1), ends[0]);
    expect(await damage()).toBe('vault-damaged: mic:default take 2 fragment 0');
  });

  test('[P61] shows that a take was taken away, came twice, or changed places with another', async () => {
    const { path, dir, damage } = await recorded(false);
    await rename(path(2), join(dir, 'aside'));
    expect(await damage()).toBe('vault-damaged: mic:default take 3 fragment 0');
    await copyFile(path(1), path(2));
    expect(await damage()).toBe('vault-damaged: mic:default take 2 fragment 0');
    await copyFile(path(3), path(2));
    await rename(join(dir, 'aside'), path(3));
    expect(await damage()).toBe('vault-damaged: mic:default take 2 fragment 0');
  });

  test('[P57] goes on after a record that a crash tore', async () => {
    const { vault, path, damage } = await recorded(false);
    const before = await readFile(path(3));
    await writeFile(path(3), before.subarray(0, -7));
    const again = done(await vault.open(TEST_SESSION));
    for (const sequence of [0, 1]) done(await again.append(testFragment({ take: 4, sequence })));
    await again.close();
    expect(await damage()).toBeUndefined();
    expect(done(await vault.open(TEST_SESSION)).fragments(MIC)).toHaveLength(7);
  });

  test('[P57] takes nothing along with a record that was damaged: the other takes can be had', async () => {
    const { vault, path, damage } = await recorded(false);
    const bytes = await readFile(path(2));
    bytes[60] = (bytes[60] ?? 0) ^ 4;
    await writeFile(path(2), bytes);
    expect(await damage()).toBe('vault-damaged: mic:default take 2 fragment 0');
    const opened = done(await vault.open(TEST_SESSION));
    expect(opened.fragments(MIC).map(({ header }) => [header.take, header.sequence])).toEqual([
      [1, 0],
      [1, 1],
      [3, 0],
      [3, 1],
    ]);
    for (const stored of opened.fragments(MIC)) done(await opened.read(stored));
  });
});

test('[P61] a byte that is changed anywhere in a recording is found and named, whichever it is', async () => {
  const { dir, damage } = await recorded();
  expect(await damage()).toBeUndefined();
  const named: Record<string, RegExp> = {
    'key.wrapped': /^(vault-damaged: (the device key|key of cap-)|vault-version: cap-|recording-unknown)/,
    'recording.sealed': /^vault-damaged: facts of cap-/,
    'mic@default.key.sealed': /^vault-damaged: key of mic:default$/,
    'display@1.key.sealed': /^vault-damaged: key of display:1$/,
    'receipts.jsonl': /^vault-damaged: receipt [123]$/,
    'display@1.take-00001.sealed': /^vault-damaged: display:1 take 1 fragment 0$/,
    ...Object.fromEntries(
      [1, 2, 3].map((take) => [
        takeFile(take),
        new RegExp(`^vault-damaged: mic:default take ${take} fragment [01]$`),
      ]),
    ),
  };
  const names = await readdir(dir);
  expect(names.sort()).toEqual(Object.keys(named).sort());
  for (const name of names) {
    const whole = await readFile(join(dir, name));
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(join(dir, name), changed);
      expect(`${name} ${at} ${await damage()}`).toMatch(
        new RegExp(`^${name} ${at} ${named[name]?.source.slice(1)}`),
      );
    }
    await writeFile(join(dir, name), whole);
  }
  expect(await damage()).toBeUndefined();
}, 180_000);

test('[P61] a file that is missing is found and named', async () => {
  const { dir, damage } = await recorded();
  for (const name of await readdir(dir)) {
    // Without receipts everything is offered again.
    if (name === 'receipts.jsonl') continue;
    await rename(join(dir, name), join(dir, 'aside'));
    expect(await damage(), name).toMatch(/^(vault-damaged|recording-unknown)/);
    await rename(join(dir, 'aside'), join(dir, name));
  }
  expect(await damage()).toBeUndefined();
});

test('a recording of another format is refused by name and left as it is', async () => {
  const { dir, damage } = await recorded();
  const kept = await readFile(join(dir, 'key.wrapped'));
  for (const format of ['tallylight-vault/3 key-file', 'key-file']) {
    const other = Buffer.concat([Buffer.from(format), kept.subarray(kept.indexOf('\n'))]);
    await writeFile(join(dir, 'key.wrapped'), other);
    expect(await damage()).toBe(`vault-version: ${TEST_SESSION}`);
    expect(await readFile(join(dir, 'key.wrapped'))).toEqual(other);
  }
});

describe('a program that knows nothing but docs/vault-format.md', () => {
  const script = new URL('../../docs/read-vault.mjs', import.meta.url).pathname;

  test('has a hundred lines and reads what was recorded, byte for byte', async () => {
    const lines = (await readFile(script, 'utf8')).split('\n').filter((line) => !/^\s*($|\/[/*])/.test(line));
    expect(lines.length).toBeLessThanOrEqual(100);
    const { dataDir, dir } = await recorded();
    const out = join(dataDir, 'out');
    const { stdout } = await run(process.execPath, [script, dataDir, TEST_SESSION, out]);
    expect(JSON.parse(stdout)).toMatchObject({
      session: TEST_SESSION,
      receipts: 3,
      signed: SIGNED,
      channels: [
        { id: MIC, takes: [1, 2, 3].map((take) => ({ take, fragments: 2 })) },
        { id: SCREEN, takes: [{ take: 1, fragments: 1 }] },
      ],
    });
    for (const take of [1, 2, 3]) {
      const media = [0, 1].map((sequence) => Buffer.from(testFragment({ take, sequence }).bytes));
      expect(await readFile(join(out, `mic@default-${take}.mp4`))).toEqual(Buffer.concat(media));
    }
    await rm(join(dir, takeFile(2)));
    await expect(run(process.execPath, [script, dataDir, TEST_SESSION])).rejects.toMatchObject({
      stderr: 'does not follow the record before it: mic:default take 3 fragment 0\n',
    });
  });
});
