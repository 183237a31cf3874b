import { describe, expect, test } from 'vitest';
import type { ChannelKind } from '../../contract/channel.ts';
import { said } from '../../contract/spoken/spoken.ts';
import type { Permission } from '../../native-permissions/permission.ts';
import { done } from '../vault/test-vault.ts';
import { PERMISSION } from './permitted.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

/** A recording while the system may change its mind. */
async function recording(...ids: string[]) {
  const listeners = new Map<ChannelKind, (permission: Permission) => void>();
  const t = await testRecorder({
    parts: {
      watchPermission: (kind, listener) => {
        listeners.set(kind, listener);
        return () => listeners.delete(kind);
      },
    },
  });
  done(await t.agree(Object.fromEntries(ids.map((id) => [id, 'keep']))));
  t.second();
  const says = (kind: ChannelKind, known: Partial<Permission>) =>
    listeners.get(kind)?.({
      kind: PERMISSION[kind],
      state: 'granted',
      source: 'the test',
      said: said('mac-mic-denied', { subject: 'app' }),
      nextStep: { kind: 'open-settings', said: said('mac-mic-see-allowed', { subject: 'app' }) },
      ...known,
    });
  const channel = (id: string) => t.snapshot().channels.find((one) => one.id === id);
  return { t, says, channel, watched: () => [...listeners.keys()].sort() };
}

describe('a permission that is taken back while it records', () => {
  test.each(['denied', 'restricted'] as const)(
    '[P01] stops the channels of its kind, which say why, and the others go on (%s)',
    async (state) => {
      const { t, says, channel } = await recording(MIC, SCREEN);
      says('mic', { state });
      await t.when(({ channels }) => channels.some((one) => one.state === 'lost'));
      expect(t.pipeline(MIC).state()).toBe('ended');
      expect(channel(MIC)).toMatchObject({
        state: 'lost',
        trouble: {
          code: 'permission-denied',
          action: expect.stringContaining('See that Tallylight is allowed'),
        },
      });
      t.time.ms += 1000;
      t.pipeline(SCREEN).second();
      expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });

      done(await t.recorder.pause('person'));
      says('mic', { state: 'granted' });
      done(await t.recorder.resume());
      expect(t.pipeline(MIC).state()).toBe('ended');
      expect(t.pipeline(SCREEN).state()).toBe('starting');
      done(await t.recorder.stop('person'));
      await t.when(({ session }) => session.state === 'complete');
      expect(t.service.held(MIC)).toHaveLength(3);
      const story = await t.story();
      expect(story.filter(({ type }) => type === 'channel.lost')).toMatchObject([
        { channelId: MIC, code: 'permission-denied' },
      ]);
      expect(story.filter(({ type }) => type === 'take.ended')[0]).toMatchObject({
        channelId: MIC,
        reason: 'permission-denied',
      });
    },
  );

  test('[P01] of everything that records ends the recording, also in a pause', async () => {
    for (const pauses of [false, true]) {
      const { t, says, watched } = await recording(MIC, SCREEN);
      expect(watched()).toEqual(['display', 'mic']);
      if (pauses) done(await t.recorder.pause('person'));
      says('mic', { state: 'denied' });
      says('display', { state: 'denied' });
      await t.when(({ session }) => session.state === 'complete');
      expect((await t.story()).find(({ type }) => type === 'session.stopped')).toMatchObject({
        by: 'all-channels-lost',
      });
      expect(watched()).toEqual([]);
    }
  });

  test('is not what a capture showed, and not what nobody knows', async () => {
    const { t, says } = await recording(MIC, SCREEN);
    says('display', { state: 'denied', byCapture: true });
    says('mic', { state: 'unknown' });
    await t.recorder.refresh();
    t.second();
    expect(t.snapshot().channels.map(({ state }) => state)).toEqual(['live', 'live']);
  });
});
