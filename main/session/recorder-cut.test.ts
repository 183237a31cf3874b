import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../contract/policy.ts';
import { refusal, startTestService } from '../delivery/test-service.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { type Modes, SECOND_SESSION, settled, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

/** Two seconds of each channel at the service, two more only here, and the policy forbids the microphone by then. */
async function cutShort(policy: Partial<Policy>): Promise<TestRecorder> {
  const t = await testRecorder();
  t.service.settings.policy = { ...t.service.settings.policy, ...policy };
  const modes: Modes = { [MIC]: 'keep', [SCREEN]: 'keep' };
  done(await t.agree(modes));
  t.second();
  t.second();
  for (const id of Object.keys(modes)) await t.service.when(() => t.service.held(id).length === 3);
  await t.service.down();
  t.second();
  t.second();
  const { policy: before } = t.service.settings;
  const channels = { ...before.channels, mic: 'forbidden' as const };
  t.service.settings.policy = { ...before, version: before.version + 1, channels };
  done(await t.recorder.stop('person'));
  await t.service.up();
  await t.when(({ session }) => session.state === 'complete');
  return t;
}
const viewOf = (t: TestRecorder, id: string) => t.snapshot().channels.find((channel) => channel.id === id);
const filesOf = async (t: TestRecorder, id: string) =>
  (await readdir(join(t.dataDir, 'vault', TEST_SESSION))).filter((name) =>
    name.startsWith(id.replace(':', '@')),
  );

describe('a stored channel that the service takes no more of', () => {
  test('[P55] is not called delivered, and its only copy stays where copies go after delivery', async () => {
    const t = await cutShort({ localCopy: 'purge-after-delivery' });
    expect(t.service.held(MIC)).toHaveLength(3);
    expect(t.service.held(SCREEN)).toHaveLength(6);
    const story = await t.story();
    expect(story).toContainEqual(
      expect.objectContaining({
        type: 'channel.cut',
        channelId: MIC,
        cutBy: 'policy-forbids',
        fragments: 3,
        left: 3,
      }),
    );
    expect(story.filter(({ type }) => type === 'channel.delivered')).toMatchObject([{ channelId: SCREEN }]);
    expect(story.filter(({ type }) => type === 'recording.purged')).toMatchObject([{ channelId: SCREEN }]);
    expect(await filesOf(t, SCREEN)).toEqual([]);
    const left = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(left.fragments(MIC)).toHaveLength(6);
    for (const fragment of left.fragments(MIC)) done(await left.read(fragment));
  });

  test('[P55] is told: what the service holds of it, and that the rest is only here', async () => {
    const t = await cutShort({});
    const mic = viewOf(t, MIC);
    expect(mic).toMatchObject({ cutBy: 'policy-forbids', undeliveredSeconds: 0, storedBytes: mic?.bytes });
    expect(mic?.deliveredBytes).toBeLessThan(mic?.bytes ?? 0);
    expect(viewOf(t, SCREEN)).toMatchObject({ cutBy: null, deliveredBytes: viewOf(t, SCREEN)?.bytes });
    expect(t.snapshot().trouble).toMatchObject({
      code: 'delivery-cut',
      detail: `${MIC}: policy-forbids`,
    });
  });

  test('[P55] stays so after a restart: nobody asks again, and nothing of it goes', async () => {
    const t = await cutShort({ localCopy: 'purge-after-delivery' });
    await t.recorder.close();
    const asked = t.service.asked.length;
    const later = await testRecorder({
      dataDir: t.dataDir,
      services: [await startTestService(SECOND_SESSION)],
      sessionIds: [SECOND_SESSION],
    });
    await settled(later);
    expect(t.service.asked).toHaveLength(asked);
    expect(done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION)).fragments(MIC)).toHaveLength(6);
  });

  test('[P55] and that the service held wholly all the same is delivered', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    // It holds everything; that it said so was lost, and then the policy changed.
    t.service.afterNext(/^PUT .*1\/2/, (response) => response.destroy());
    t.service.next(/^PUT .*1\/2/, refusal('policy-forbids'));
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(viewOf(t, MIC)).toMatchObject({ cutBy: null, deliveredBytes: viewOf(t, MIC)?.bytes });
    expect(t.snapshot().trouble).toBeNull();
    expect((await t.story()).filter(({ type }) => type === 'channel.cut')).toEqual([]);
  });
});

test.each(['keep', 'live'] as const)(
  '[P26] a service that says the session has lasted too long ends the recording (%s)',
  async (mode) => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: mode }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    t.service.next(/^PUT/, refusal('session-too-long'));
    t.second();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.pipeline(MIC).state()).toBe('ended');
    expect(t.snapshot().trouble?.code).toBe('session-too-long');
    expect(await t.story()).toContainEqual(
      expect.objectContaining({ type: 'session.stopped', by: 'policy' }),
    );
  },
);
