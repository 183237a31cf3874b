import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAuditLog } from '../../main/audit/log.ts';
import { startTestService } from '../../main/delivery/test-service.ts';
import type { RecordingFacts } from '../../main/vault/facts.ts';
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

const MIC = 'mic:default';
const SIGNED = `The media service signed on \\S+Z that it holds ${MIC} 3 fragments, \\S+ \\S+, SHA-256 [0-9a-f]{64}\\.`;

/** A recording with one stored channel, and the commands that send and verify it. */
async function kept(localCopy: RecordingFacts['localCopy']) {
  const [dataDir, service] = [await testFolder(), await startTestService(TEST_SESSION)];
  const stream = service.stream(MIC);
  await noteStart(dataDir, TEST_SESSION);
  const [mic] = testFacts().channels;
  if (mic === undefined) throw new Error('no channel');
  const facts = testFacts({ server: service.url, localCopy, channels: [{ ...mic, rtstreamId: stream.id }] });
  const recording = done(await (await testVault(dataDir)).create(facts));
  for (const sequence of [0, 1, 2]) done(await recording.append(testFragment({ sequence })));
  await recording.close();
  const place = ['--data', dataDir];
  const grant = ['--server', service.url, '--session', TEST_SESSION];
  const env = { TALLYLIGHT_TOKEN: service.grant().token };
  return {
    dataDir,
    deliver: () => tallylight(['deliver', ...grant, ...place], env),
    remove: () => tallylight(['delete', TEST_SESSION, ...place]),
    verify: (...more: string[]) => tallylight(['verify', TEST_SESSION, ...place, ...more]),
  };
}

describe('tallylight verify', () => {
  test('[P61][P63] says that every byte is right, and from the delivery on what the service signed for', async () => {
    const { deliver, verify } = await kept('keep');
    const whole = `${TEST_SESSION} is whole: 3 fragments, \\S+ \\S+, every SHA-256 and CRC-32 right\\.`;
    const before = await verify();
    expect(before).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^${whole}\n$`)) });
    expect(await deliver()).toMatchObject({ code: 0 });
    const after = await verify();
    expect(after).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`^${whole} ${SIGNED}\n$`)),
    });
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      ...{ event: 'verified', id: TEST_SESSION, kept: true, fragments: 3 },
      receipt: { session_id: TEST_SESSION, channels: [{ channel_id: MIC, fragments: 3 }], pinned: true },
    });
  }, 60_000);

  test('[P63] says what the receipt proves where the copy here was purged', async () => {
    const { dataDir, deliver, verify } = await kept('purge-after-delivery');
    expect(await deliver()).toMatchObject({ code: 0 });
    const gone = `${TEST_SESSION} is not kept here any more\\.`;
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`^${gone} ${SIGNED}\n$`)),
    });
    const said = JSON.parse((await verify('--json')).out);
    expect(said).toMatchObject({
      event: 'verified',
      id: TEST_SESSION,
      kept: false,
      receipt: { pinned: true },
    });
    expect(said).not.toHaveProperty('fragments');

    const trust = join(dataDir, 'trust.json');
    const pins = await readFile(trust, 'utf8');
    await writeFile(trust, pins.replace(/"x": ".{4}/, '"x": "AAAA'));
    expect(await verify('--json')).toMatchObject({
      code: 6,
      out: expect.stringContaining('"detail":"the signature does not hold"'),
    });
    // Of another key than this device knows now, the audit log says that it was verified.
    await rm(trust);
    const out = expect.stringContaining('with a key that is not known here now that it holds');
    expect(await verify()).toMatchObject({ code: 0, out });
    const path = join(dataDir, 'vault', 'receipts', `${TEST_SESSION}.jws`);
    await writeFile(path, `${await readFile(path, 'utf8')}\n`);
    expect(await verify('--json')).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        new RegExp(
          `the proof of its delivery, is not as it was noted.*"detail":"receipt of ${TEST_SESSION}"`,
        ),
      ),
    });
    // A receipt that cannot be read is not one that is not there.
    await rm(path);
    await mkdir(path);
    expect(await verify('--json')).toMatchObject({
      out: expect.stringContaining(`"detail":"receipt of ${TEST_SESSION} (EISDIR)"`),
    });
  }, 60_000);

  test('[P61][P57] of what was damaged before it was delivered says how far the service holds it', async () => {
    const { dataDir, deliver, verify } = await kept('purge-after-delivery');
    const path = join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await deliver()).toMatchObject({
      code: 1,
      out: expect.stringContaining(`is delivered in part and verified: ${MIC} 2 fragments`),
      err: expect.stringContaining(`${MIC} take 1 fragment 2`),
    });
    // What could not be sent is only here: it stays, whatever the policy says of copies.
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      action: expect.stringContaining(`The media service holds the first 2 fragments of ${MIC}`),
    });
  }, 60_000);

  test('[P63] holds the receipt of a purged one also against a log that was set aside', async () => {
    const { dataDir, deliver, verify } = await kept('purge-after-delivery');
    expect(await deliver()).toMatchObject({ code: 0 });
    const path = join(dataDir, 'audit.jsonl');
    const log = await readFile(path);
    log[60] = (log[60] ?? 0) ^ 1;
    await writeFile(path, log);
    expect(await verify('--json')).toMatchObject({ out: expect.stringContaining('"audit-broken"') });
    const aside = await tallylight(['audit', 'set-aside', '--json', '--data', dataDir]);
    expect(await verify()).toMatchObject({ code: 0, out: expect.stringMatching(SIGNED) });
    // By the entry that this device wrote, and by no other.
    await rm(join(dataDir, JSON.parse(aside.out).folder, 'audit-key.wrapped'));
    expect(await verify('--json')).toMatchObject({ out: expect.stringContaining('"vault-damaged"') });
  }, 60_000);

  test('[P61][P57] of what is damaged in its midst the service gets what comes before it, and no more', async () => {
    const { dataDir, deliver, verify } = await kept('keep');
    const path = join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed');
    const bytes = await readFile(path);
    const middle = 8 + bytes.readUInt32BE(0) + 60;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await deliver()).toMatchObject({
      code: 1,
      out: expect.stringContaining(`is delivered in part and verified: ${MIC} 1 of 2 fragments`),
      err: expect.stringContaining(`${MIC} take 1 fragment 1`),
    });
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      damages: [{ channelId: MIC, what: 'unreadable', take: 1, from: 1, to: 1 }],
      action: expect.stringContaining(`The media service holds the first 1 fragments of ${MIC}`),
    });
  }, 60_000);

  test('[P61] says what a damage leaves, here and at the service, and what can be done about it', async () => {
    const { dataDir, deliver, verify } = await kept('keep');
    const folder = join(dataDir, 'vault', TEST_SESSION);
    const damage = async (name: string, at: number) => {
      const whole = await readFile(join(folder, name));
      const changed = Buffer.from(whole);
      changed[changed.length + at] = (changed.at(at) ?? 0) ^ 1;
      await writeFile(join(folder, name), changed);
      return () => writeFile(join(folder, name), whole);
    };
    const said = async () => JSON.parse((await verify('--json')).out);

    const mend = await damage('mic@default.take-00001.sealed', -1);
    const left = `Whole here: ${MIC} 2 fragments, 1.0 s.`;
    const exported = `\`tallylight export ${TEST_SESSION}\` writes what is whole here.`;
    const nowhere = 'Nothing of it is known to be at the media service.';
    const kepts = 'Do not delete it: where a backup of this disk has the file, put it back and verify again.';
    expect(await said()).toMatchObject({
      detail: `${MIC} take 1 fragment 2`,
      action: `${left} ${nowhere} ${exported} \`tallylight deliver\` sends what comes before the damage. ${kepts}`,
    });
    expect((await verify()).err).not.toContain('tallylight verify');
    await mend();
    expect(await deliver()).toMatchObject({ code: 0 });

    await damage('mic@default.take-00001.sealed', -1);
    const there = `The media service holds all of ${MIC}: whoever runs your backend can fetch that there.`;
    expect(await said()).toMatchObject({
      action: `Whole here: ${MIC} 2 of 3 fragments, 1.0 s. ${there} ${exported} ${kepts}`,
    });
    await mend();

    const mendReceipts = await damage('receipts.jsonl', -5);
    expect(await said()).toMatchObject({
      message: 'Every fragment of this recording is whole; a note of what was delivered is damaged.',
      detail: 'receipt 3',
      action: `${there} Nothing has to be done: \`tallylight export ${TEST_SESSION}\` writes all of it.`,
    });
    await mendReceipts();

    await damage('recording.sealed', -1);
    expect(await said()).toMatchObject({
      message: 'This recording does not open here.',
      detail: `facts of ${TEST_SESSION}`,
      action: expect.stringContaining(`tallylight audit --object ${TEST_SESSION}`),
    });
    const story = await tallylight(['audit', '--object', TEST_SESSION, '--data', dataDir]);
    expect(story.out).toContain('delivered');
  }, 60_000);

  test('[P61] of damaged notes of a delivery under way says to deliver, which notes them anew', async () => {
    const { dataDir, deliver, verify } = await kept('keep');
    const receipts = join(dataDir, 'vault', TEST_SESSION, 'receipts.jsonl');
    await writeFile(receipts, '{"channelId":"mic:default","take":1,"sequence":0,"mac":"AAAA"}\n');
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      detail: 'receipt 1',
      action: expect.stringContaining('`tallylight deliver` sends again'),
    });
    expect(await deliver()).toMatchObject({ code: 0 });
    expect(await verify()).toMatchObject({ code: 0 });
  }, 60_000);

  test('[P41] has nothing left to say once the receipt of a purged one was deleted, which is noted', async () => {
    const { dataDir, deliver, remove, verify } = await kept('purge-after-delivery');
    expect(await deliver()).toMatchObject({ code: 0 });
    expect(await remove()).toMatchObject({
      code: 0,
      out: expect.stringContaining(`The receipt of ${TEST_SESSION} is gone`),
    });
    expect(await readdir(join(dataDir, 'vault', 'receipts'))).toEqual([]);
    const story = done(await readAuditLog(dataDir)).map(({ event }) => event);
    expect(story.at(-1)).toMatchObject({ type: 'recording.purged', reason: 'deleted-by-person', files: 1 });
    expect(await verify('--json')).toMatchObject({ out: expect.stringContaining('"recording-unknown"') });
    expect((await remove()).code).not.toBe(0);
  }, 60_000);
});
