import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { ok } from '../../contract/result.ts';
import { said } from '../../contract/spoken/spoken.ts';
import type { Permission } from '../../native-permissions/permission.ts';
import { done } from '../vault/test-vault.ts';
import { CHANNELS, SAID, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const NAMED: readonly Channel[] = CHANNELS.map((channel) =>
  channel.kind === 'mic' ? { ...channel, name: 'Default microphone (Built-in)' } : channel,
);
const viewOf = (t: TestRecorder, id: string) => {
  const view = t.snapshot().channels.find((channel) => channel.id === id);
  if (view === undefined) throw new Error(`no ${id}`);
  return view;
};

test('[P05] a pause says who or what paused, and nothing afterwards', async () => {
  const t = await testRecorder();
  done(await t.agree({ [MIC]: 'keep' }));
  expect(t.snapshot().session.pausedBy).toBeNull();
  for (const reason of ['person', 'no-window', 'sleep', 'lock'] as const) {
    t.second();
    done(await t.recorder.pause(reason));
    expect(t.snapshot().session).toMatchObject({ state: 'paused', pausedBy: reason });
    done(await t.recorder.resume());
    expect(t.snapshot().session.pausedBy).toBeNull();
  }
});

test('each gap of a channel is counted with its length and the last reason, and of no other channel', async () => {
  const t = await testRecorder();
  done(await t.agree({ [MIC]: 'keep', 'display:1': 'live' }));
  t.second();
  expect(viewOf(t, MIC).gaps).toEqual({ count: 0, seconds: 0, lastReason: null });
  const { on } = t.pipeline(MIC);
  on.gap({ fromMs: 1000, toMs: 2500, reason: 'device-failed' });
  on.gap({ fromMs: 4000, toMs: 5000, reason: 'device-gone' });
  expect(viewOf(t, MIC).gaps).toEqual({ count: 2, seconds: 2.5, lastReason: 'device-gone' });
  expect(viewOf(t, 'display:1').gaps.count).toBe(0);
  expect(t.happened.filter((what) => what === 'audit channel.gap')).toHaveLength(2);
});

test('[P02] a permission that is taken back in mid-recording is trouble of its channels, whatever the device says', async () => {
  let permissions: Permission[] = [];
  const t = await testRecorder({ parts: { permissions: () => permissions } });
  done(await t.agree({ [MIC]: 'keep', 'display:1': 'live' }));
  t.second();
  expect(t.snapshot().permissions).toEqual([]);
  const screen: Permission = {
    kind: 'screen-capture',
    state: 'denied',
    source: 'a test',
    said: said('mac-screen-denied', { subject: 'app' }),
    nextStep: null,
  };
  permissions = [screen];
  t.pipeline('display:1').interrupt('device-failed');
  expect(viewOf(t, 'display:1').trouble).toMatchObject({
    code: 'permission-denied',
    message: 'macOS does not let Tallylight record the screen.',
  });
  expect(viewOf(t, MIC).trouble).toBeNull();
  expect(t.snapshot().permissions).toMatchObject([{ kind: 'screen-capture', state: 'denied' }]);
  permissions = [{ ...screen, state: 'unknown' }];
  expect(viewOf(t, 'display:1').trouble?.code).toBe('device-failed');
});

test('[P01] a choice to follow goes to main, and the statement names the default and not its present device', async () => {
  const t = await testRecorder({
    parts: { listChannels: async () => ok({ channels: NAMED, missing: [] }) },
  });
  await t.when(({ terms }) => terms !== null);
  expect(viewOf(t, MIC).follows).toBe(false);
  expect(viewOf(t, 'display:1').follows).toBeNull();
  for (const id of ['system_audio:default', 'display:1'])
    done(t.recorder.choose({ channelId: id, mode: 'off' }));
  done(t.recorder.choose({ channelId: MIC, mode: 'keep', follow: true }));
  expect(viewOf(t, MIC)).toMatchObject({ mode: 'keep', follows: true });
  done(t.recorder.choose({ channelId: MIC, mode: 'live' }));
  expect(viewOf(t, MIC)).toMatchObject({ mode: 'live', follows: true });

  const policyVersion = t.snapshot().terms?.policyVersion ?? 0;
  const stays = { channels: [{ id: MIC, mode: 'live' as const }], policyVersion, ...SAID };
  expect(await t.recorder.agree(stays)).toMatchObject({ error: { code: 'consent-missing' } });
  done(await t.recorder.agree({ ...stays, channels: [{ id: MIC, mode: 'live', follow: true }] }));
  const given = (await t.story()).find(({ type }) => type === 'consent.given');
  if (given?.type !== 'consent.given') throw new Error('no receipt');
  expect(given.receipt.statement.channels).toEqual([
    { id: MIC, name: 'Default microphone, whichever it is', mode: 'live', follow: true },
  ]);
});

test('a display has no default to follow', async () => {
  const t = await testRecorder();
  await t.when(({ terms }) => terms !== null);
  const refused = t.recorder.choose({ channelId: 'display:1', mode: 'live', follow: true });
  expect(refused).toMatchObject({ error: { code: 'bad-request' } });
});

test('a channel that followed is named by the device that is captured now', async () => {
  let present = NAMED[0];
  const t = await testRecorder({
    parts: {
      listChannels: async () => ok({ channels: NAMED, missing: [] }),
      present: (channel) => (channel.id === MIC && present !== undefined ? present : channel),
    },
  });
  await t.when(({ terms }) => terms !== null);
  for (const id of ['system_audio:default', 'display:1'])
    done(t.recorder.choose({ channelId: id, mode: 'off' }));
  done(t.recorder.choose({ channelId: MIC, mode: 'keep', follow: true }));
  const policyVersion = t.snapshot().terms?.policyVersion ?? 0;
  done(
    await t.recorder.agree({ channels: [{ id: MIC, mode: 'keep', follow: true }], policyVersion, ...SAID }),
  );
  t.second();
  expect(viewOf(t, MIC).name).toBe('Default microphone (Built-in)');
  present =
    present === undefined
      ? undefined
      : { ...present, name: 'Default microphone (Headset)', device: 'headset' };
  expect(viewOf(t, MIC)).toMatchObject({ name: 'Default microphone (Headset)', mode: 'keep', follows: true });
});
