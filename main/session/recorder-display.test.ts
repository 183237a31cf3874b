import { expect, test } from 'vitest';
import { ok } from '../../contract/result.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { CHANNELS, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
const FINGERPRINT = '0123456789abcdef';

const withFingerprint = (fingerprint: string) => async () =>
  ok({
    channels: CHANNELS.map((channel) => (channel.id === SCREEN ? { ...channel, fingerprint } : channel)),
    missing: [],
  });

test.each(['keep', 'live'] as const)(
  '[P29] which display was agreed to and recorded (%s) stands in receipt, audit log, sealed facts and the manifest',
  async (mode) => {
    const t = await testRecorder({ parts: { listChannels: withFingerprint(FINGERPRINT) } });
    done(await t.agree({ [MIC]: 'keep', [SCREEN]: mode }));
    t.second();
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');

    const story = await t.story();
    const [given] = story;
    if (given?.type !== 'consent.given') throw new Error('no receipt');
    expect(given.receipt.statement.channels).toEqual([
      { id: MIC, name: 'Microphone', mode: 'keep' },
      { id: SCREEN, name: 'Display', mode, fingerprint: FINGERPRINT },
    ]);
    const opened = story.filter(({ type }) => type === 'take.started');
    expect(opened.map((event) => ('fingerprint' in event ? event.fingerprint : undefined))).toEqual([
      undefined,
      FINGERPRINT,
    ]);
    const started = t.service.asked.find(({ path }) => path.endsWith('/start'));
    expect(JSON.parse(String(started?.body)).channels).toMatchObject([
      { channel_id: MIC },
      { channel_id: SCREEN, fingerprint: FINGERPRINT },
    ]);
    const told = t.service.manifest()?.channels ?? [];
    expect(told.map((channel) => [channel.channel_id, channel.fingerprint])).toEqual([
      [MIC, undefined],
      [SCREEN, FINGERPRINT],
    ]);
    const facts = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION)).facts();
    expect(facts.channels.map(({ fingerprint }) => fingerprint)).toEqual([undefined, FINGERPRINT]);
  },
);

test('the receipt for another display is another receipt', async () => {
  const hashes: string[] = [];
  for (const fingerprint of [FINGERPRINT, 'fedcba9876543210']) {
    const t = await testRecorder({ parts: { listChannels: withFingerprint(fingerprint) } });
    done(await t.agree({ [SCREEN]: 'live' }));
    const [given] = await t.story();
    if (given?.type === 'consent.given') hashes.push(given.receipt.statementSha256);
  }
  expect(new Set(hashes).size).toBe(2);
});
