import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { startTestService } from '../delivery/test-service.ts';
import type { Grant } from '../host.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { SECOND_SESSION, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
/** The session of an earlier run, whose recorder is gone. */
const EARLIER = 'cap-earlier-run0';

/** A data folder as a recorder left it that was killed while it recorded. */
async function leftBehind(changes: Partial<RecordingFacts> = {}) {
  const dataDir = await testFolder();
  const service = await startTestService(EARLIER);
  const stream = service.stream(MIC);
  const [mic] = testFacts().channels;
  if (mic === undefined) throw new Error('no channel');
  const facts = testFacts({
    sessionId: EARLIER,
    server: service.url,
    channels: [{ ...mic, rtstreamId: stream.id }],
    ...changes,
  });
  await noteStart(dataDir, EARLIER);
  const recording = done(await (await testVault(dataDir)).create(facts));
  for (const sequence of [0, 1, 2])
    done(await recording.append(testFragment({ sessionId: EARLIER, sequence })));
  await recording.close();
  const grant = (): Grant => ({
    server: service.url,
    sessionId: EARLIER,
    title: null,
    token: service.grant().token,
    expiresAtMs: null,
  });
  return {
    dataDir,
    service,
    stream,
    recording,
    grant,
    take: join(dataDir, 'vault', EARLIER, 'mic@default.take-00001.sealed'),
  };
}
async function startedOn(dataDir: string, reopen: () => Grant | ReturnType<typeof fail>) {
  const t = await testRecorder({
    dataDir,
    services: [await startTestService(TEST_SESSION)],
    reopen: async (_server, sessionId) => {
      expect(sessionId).toBe(EARLIER);
      const answer = reopen();
      return 'ok' in answer ? answer : ok(answer);
    },
  });
  const facts = async () => done(await vaultIn(dataDir, t.secrets).facts(EARLIER));
  return {
    ...t,
    facts,
    settled: () => t.when(({ terms, delivery }) => terms !== null && delivery.pendingRecordings === 0),
  };
}

describe('a recording of an earlier run', () => {
  test('[P57] that a crash cut off is finished with its last whole fragment and delivered', async () => {
    const left = await leftBehind();
    await writeFile(left.take, (await readFile(left.take)).subarray(0, -5));
    const t = await startedOn(left.dataDir, left.grant);
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    expect(left.service.held(MIC).map(({ sequence }) => sequence)).toEqual([0, 1]);
    expect(left.service.manifest()).toMatchObject({
      active_ms: 1000,
      channels: [{ channel_id: MIC, fragments: 2 }],
    });
    expect(await t.facts()).toMatchObject({
      delivered: true,
      ended: { activeMs: 1000, stored: [{ fragments: 2 }] },
    });
    expect((await t.story()).map(({ type }) => type)).toEqual([
      'session.started',
      'session.recovered',
      'channel.delivered',
      'session.complete',
    ]);
    const startedAt = '2026-03-01T10:00:00.000Z';
    expect(t.snapshot().delivery.recovered).toEqual([
      { sessionId: EARLIER, title: 'Weekly', startedAt, activeMs: 1000 },
    ]);
  });

  test('goes on where it was, without sending what the service holds', async () => {
    const left = await leftBehind();
    const [first] = left.recording.fragments(MIC);
    if (first === undefined) throw new Error('too few');
    const { bytes, sha256 } = first.header;
    left.stream.held.push({ take: 1, sequence: 0, bytes, sha256 });
    await left.recording.noteReceipt(first);
    const t = await startedOn(left.dataDir, left.grant);
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    const puts = left.service.paths().filter((path) => path.startsWith('PUT'));
    expect(puts.map((path) => path.split('/').at(-1))).toEqual(['1', '2']);
  });

  test('is sent when your backend can be reached again, without another start', async () => {
    const left = await leftBehind();
    let asked = 0;
    const t = await startedOn(left.dataDir, () => (++asked < 4 ? fail('service-unreachable') : left.grant()));
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    expect(asked).toBe(4);
  });

  test('waits for the next start where your backend has no token for it', async () => {
    const left = await leftBehind();
    const t = await startedOn(left.dataDir, () => fail('session-unknown'));
    await t.when(() => t.logged.some((line) => line.startsWith('delivery.waits')));
    await t.settled();
    expect(left.service.asked).toEqual([]);
    expect(await t.facts()).toMatchObject({ delivered: false });
  });

  test('does not come in the way of a new recording, nor is that one taken for an earlier one', async () => {
    const left = await leftBehind();
    await left.service.down();
    const t = await startedOn(left.dataDir, left.grant);
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    expect(t.snapshot()).toMatchObject({ lamp: 'live', delivery: { pendingRecordings: 1 } });
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    await left.service.up();
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
  });

  test('[P61][P57] that was damaged is told, all of it that is whole is delivered, and the rest stays here', async () => {
    const left = await leftBehind();
    const display = left.service.stream('display:1');
    const { channels } = testFacts();
    await rm(join(left.dataDir, 'vault', EARLIER), { recursive: true });
    const streams = { 'mic:default': left.stream.id, 'display:1': display.id };
    const facts = channels.map((channel) => ({
      ...channel,
      rtstreamId: streams[channel.id as keyof typeof streams],
    }));
    const made = testFacts({ sessionId: EARLIER, server: left.service.url, channels: facts });
    const recording = done(await (await testVault(left.dataDir)).create(made));
    for (const { id: channelId } of channels)
      for (const sequence of [0, 1, 2])
        done(await recording.append(testFragment({ sessionId: EARLIER, channelId, sequence })));
    await recording.close();
    const bytes = await readFile(left.take);
    bytes[bytes.length - 30] = (bytes.at(-30) ?? 0) ^ 1;
    await writeFile(left.take, bytes);

    const troubles: (string | undefined)[] = [];
    const t = await startedOn(left.dataDir, left.grant);
    await t.when(({ trouble }) => {
      if (trouble !== null) troubles.push(trouble.detail);
      return trouble?.code === 'vault-damaged';
    });
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    expect(troubles).toContain('mic:default take 1 fragment 2');
    expect(left.service.held('display:1')).toHaveLength(3);
    expect(left.service.held(MIC)).toHaveLength(2);
    expect(await t.facts()).toMatchObject({
      delivered: true,
      cut: [{ channelId: MIC, code: 'vault-damaged', fragments: 2 }],
    });
    // What it is of is damaged still, and can be deleted.
    const again = done(await vaultIn(left.dataDir, t.secrets).open(EARLIER));
    expect(again.damage()).toMatchObject({ detail: 'mic:default take 1 fragment 2' });
    expect(await again.erase()).toBeGreaterThan(0);
  });

  test('whose facts are gone is told, and the others are delivered', async () => {
    const left = await leftBehind();
    done(await (await testVault(left.dataDir)).create(testFacts({ sessionId: SECOND_SESSION })));
    await rm(join(left.dataDir, 'vault', SECOND_SESSION, 'recording.sealed'));
    const t = await startedOn(left.dataDir, left.grant);
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    expect(
      t.logged.some((line) => line.startsWith('vault.unreadable') && line.includes(SECOND_SESSION)),
    ).toBe(true);
  });

  test('[P55] that was delivered and should have been purged is purged now', async () => {
    const left = await leftBehind({ localCopy: 'purge-after-delivery', delivered: true, receipt: 'a.b.c' });
    const t = await startedOn(left.dataDir, left.grant);
    await t.when(() => t.logged.some((line) => line.startsWith('delivery.caught-up')));
    expect(await vaultIn(left.dataDir, t.secrets).list()).toEqual([]);
    expect(left.service.asked).toEqual([]);
    expect((await t.story()).map(({ type }) => type)).toEqual(['session.started', 'recording.purged']);
  });

  test('[P41][P29] whose deletion was cut short is gone, and that is noted', async () => {
    const left = await leftBehind();
    const vault = join(left.dataDir, 'vault');
    await rename(join(vault, EARLIER), join(vault, `gone-${EARLIER}`));
    const t = await startedOn(left.dataDir, left.grant);
    done(await t.recorder.refresh());
    expect(await readdir(vault)).toEqual([]);
    expect(await t.story()).toContainEqual({
      type: 'recording.purged',
      sessionId: EARLIER,
      reason: 'cut-short',
      files: 4,
    });
  });

  test('[P41][P57] is delivered where what is left of a deletion cannot be removed, which is told', async () => {
    const left = await leftBehind();
    const vault = join(left.dataDir, 'vault');
    await mkdir(join(vault, 'gone-cap-stuck00000', 'key.wrapped'), { recursive: true });
    await mkdir(join(vault, 'gone-cap-zother0000'));
    const t = await startedOn(left.dataDir, left.grant);
    await left.service.when(() => left.service.settings.status === 'stopped');
    await t.settled();
    expect(left.service.held(MIC)).toHaveLength(3);
    expect(t.snapshot().trouble).toMatchObject({
      code: 'vault-unwritable',
      detail: 'what is left of cap-stuck00000 (EISDIR)',
    });
    expect(t.logged.filter((line) => line.startsWith('vault.not-swept'))).toHaveLength(1);
    expect(await readdir(vault)).toEqual([EARLIER, 'gone-cap-stuck00000']);
    const story = await t.story();
    expect(story.filter(({ type }) => type === 'recording.purged')).toMatchObject([
      { sessionId: 'cap-zother0000', reason: 'cut-short' },
    ]);
  });

  test('that was delivered and is to be kept is not even opened', async () => {
    const left = await leftBehind({ delivered: true });
    const t = await startedOn(left.dataDir, left.grant);
    await t.settled();
    expect(t.logged.filter((line) => line.startsWith('delivery'))).toEqual([]);
  });

  test('is let go by a quit, also while nobody answers', async () => {
    const left = await leftBehind();
    const never = new Promise<never>(() => undefined);
    const t = await testRecorder({ dataDir: left.dataDir, reopen: () => never });
    onTestFinished(() => t.recorder.close());
    await t.when(({ delivery, terms }) => terms !== null && delivery.pendingRecordings === 1);
    await t.recorder.close();
    expect(done(await vaultIn(left.dataDir, t.secrets).facts(EARLIER)).delivered).toBe(false);
  });
});
