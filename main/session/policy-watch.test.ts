import { describe, expect, test } from 'vitest';
import type { ChannelRule, Policy } from '../../contract/policy.ts';
import { POLICY_TYP } from '../../contract/policy.ts';
import { silence } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { type Modes, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SOUND = 'system_audio:default';
const SCREEN = 'display:1';
/** What is promised of an admin's change. */
const PROMISED_MS = 5000;

async function recording(modes: Modes, policy: Partial<Policy> = {}): Promise<TestRecorder> {
  const t = await testRecorder();
  t.service.settings.policy = { ...t.service.settings.policy, ...policy };
  done(await t.agree(modes));
  t.second();
  t.second();
  return t;
}
function decide(t: TestRecorder, changes: Partial<Policy>): void {
  const { policy } = t.service.settings;
  t.service.settings.policy = { ...policy, version: policy.version + 1, ...changes };
}
const rules = (t: TestRecorder, kind: 'mic' | 'system_audio' | 'display', rule: ChannelRule) => ({
  channels: { ...t.service.settings.policy.channels, [kind]: rule },
});
const viewOf = (t: TestRecorder, id: string) => t.snapshot().channels.find((channel) => channel.id === id);
const isLost = (t: TestRecorder, id: string) => t.when(() => viewOf(t, id)?.state === 'lost');
const changes = async (t: TestRecorder) =>
  (await t.story()).filter(({ type }) => type === 'policy.changed' || type === 'policy.refused');

describe('a policy that changes while something records', () => {
  test('[P26] ends the channels that it forbids, within five seconds; the others go on', async () => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'keep' });
    await t.service.when(() => t.service.held(MIC).length === 3);
    const before = performance.now();
    decide(t, rules(t, 'mic', 'forbidden'));
    t.second();
    await isLost(t, MIC);
    expect(performance.now() - before).toBeLessThan(PROMISED_MS);
    await t.when(() => viewOf(t, MIC)?.allowed.length === 1);
    expect(viewOf(t, MIC)).toMatchObject({
      state: 'lost',
      trouble: { code: 'policy-forbids' },
      allowed: ['off'],
    });
    expect(t.pipeline(MIC).state()).toBe('ended');
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' }, trouble: null });
    t.second();
    await t.service.when(() => t.service.held(SCREEN).length === 5);
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    // What the service took before is what it has to hold, though more lies here.
    expect(t.service.manifest()?.channels).toMatchObject([
      { channel_id: MIC, fragments: 3 },
      { channel_id: SCREEN, fragments: 6 },
    ]);
    expect(await changes(t)).toEqual([
      { type: 'policy.changed', sessionId: TEST_SESSION, fromVersion: 1, toVersion: 2, ended: [MIC] },
    ]);
    const ended = (await t.story()).find((event) => event.type === 'take.ended');
    expect(ended).toMatchObject({ channelId: MIC, reason: 'policy-forbids' });
  });

  test('[P13][P26] keeps nothing and passes nothing on of what a device still says after that', async () => {
    const t = await recording({ [MIC]: 'keep', [SOUND]: 'live', [SCREEN]: 'live' });
    await t.service.when(() => t.service.held(SOUND).length === 3 && t.service.held(MIC).length === 3);
    const released = Promise.withResolvers<void>();
    for (const id of [MIC, SOUND]) t.pipeline(id).releasing = () => released.promise;
    const channels = { mic: 'forbidden', system_audio: 'forbidden', display: 'choose' } as const;
    decide(t, { channels });
    t.second();
    for (const id of [MIC, SOUND]) await t.when(() => viewOf(t, id)?.trouble?.code === 'policy-forbids');
    const stored = viewOf(t, MIC)?.bytes;
    for (const id of [MIC, SOUND]) t.pipeline(id).second();
    released.resolve();
    await isLost(t, MIC);
    await isLost(t, SOUND);
    expect(viewOf(t, MIC)?.bytes).toBe(stored);
    expect(t.service.held(SOUND)).toHaveLength(3);
  });

  test('[P15] to "always stored" ends a channel that was agreed to as live only, and never stores it', async () => {
    const t = await recording({ [MIC]: 'live', [SCREEN]: 'live' });
    decide(t, rules(t, 'mic', 'stored'));
    t.second();
    await isLost(t, MIC);
    expect(viewOf(t, MIC)).toMatchObject({ mode: 'live', trouble: { code: 'policy-forbids' } });
    expect(t.state()).toBe('recording');
    expect(await vaultIn(t.dataDir, t.secrets).list()).toEqual([]);
  });

  test('[P26] and allows none of the channels any more ends the recording', async () => {
    const t = await recording({ [MIC]: 'keep' });
    decide(t, rules(t, 'mic', 'ephemeral'));
    t.second();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble?.code).toBe('policy-forbids');
    expect(await t.story()).toContainEqual(
      expect.objectContaining({ type: 'session.stopped', by: 'policy' }),
    );
  });

  test('[P26] is heard of while it is paused and nothing is sent, and what it ended does not come back', async () => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'keep' });
    done(await t.recorder.pause('person'));
    const before = performance.now();
    decide(t, rules(t, 'mic', 'forbidden'));
    await isLost(t, MIC);
    expect(performance.now() - before).toBeLessThan(PROMISED_MS);
    done(await t.recorder.resume());
    t.second();
    expect([t.pipeline(MIC).state(), t.pipeline(SCREEN).state()]).toEqual(['ended', 'live']);
  });

  test('[P26] to something that allows more changes nothing that was agreed to', async () => {
    const t = await recording({ [MIC]: 'live' }, { maxSessionMinutes: 60 });
    decide(t, { maxSessionMinutes: null, purpose: 'Training' });
    t.second();
    await t.when(() => t.happened.includes('audit policy.changed'));
    expect(t.snapshot()).toMatchObject({
      terms: { maxSessionMinutes: 60, purpose: 'Meeting notes', policyVersion: 1 },
      session: { state: 'recording' },
    });
    done(await t.recorder.stop('person'));
    expect(await changes(t)).toMatchObject([{ fromVersion: 1, toVersion: 2, ended: [] }]);
  });

  test('[P26] says that the copy here goes after delivery: then it goes', async () => {
    const t = await recording({ [MIC]: 'keep' });
    decide(t, { localCopy: 'purge-after-delivery' });
    t.second();
    await t.when(({ terms }) => terms?.localCopy === 'purge-after-delivery');
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(await vaultIn(t.dataDir, t.secrets).list()).toEqual([]);
  });

  test('[P26] asks for what this host cannot do: the recording ends', async () => {
    const t = await recording({ [MIC]: 'live' });
    decide(t, { pauseOnLock: true });
    t.second();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble).toMatchObject({ code: 'policy-forbids', detail: 'pauseOnLock' });
  });

  test('[P26] and that nobody vouches for is told once and ends nothing', async () => {
    const t = await recording({ [MIC]: 'live' });
    const stranger = testSigner();
    t.service.settings.policyJws = (claims) =>
      stranger.sign(POLICY_TYP, { ...claims, iat: performance.now() });
    decide(t, rules(t, 'display', 'forbidden'));
    t.second();
    await t.when(({ trouble }) => trouble?.code === 'policy-untrusted');
    const looks = () => t.service.paths().filter((path) => path === `GET /capture/session/${TEST_SESSION}`);
    const before = looks().length;
    await t.service.when(() => looks().length === before + 2);
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
    done(await t.recorder.stop('person'));
    expect(await changes(t)).toMatchObject([{ type: 'policy.refused' }]);
  });

  test('[P26] that nobody vouched for at first is obeyed as soon as somebody does', async () => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'live' });
    const stranger = testSigner();
    t.service.settings.policyJws = (claims) => stranger.sign(POLICY_TYP, claims);
    decide(t, rules(t, 'mic', 'forbidden'));
    t.second();
    await t.when(({ trouble }) => trouble?.code === 'policy-untrusted');
    t.service.settings.policyJws = undefined;
    await t.when(() => t.happened.includes('audit policy.changed'));
    await isLost(t, MIC);
    done(await t.recorder.stop('person'));
    expect(await changes(t)).toMatchObject([
      { type: 'policy.refused' },
      { type: 'policy.changed', ended: [MIC] },
    ]);
  });
});

describe('a policy that changes while the service leaves a look unanswered', () => {
  const GET = `GET /capture/session/${TEST_SESSION}`;
  const looks = (t: TestRecorder) => t.service.paths().filter((path) => path === GET).length;
  /** More looks than there are while anybody waits. */
  const MANY = 99;
  const silent = (t: TestRecorder, times: number) => {
    for (let time = 0; time < times; time++) t.service.next(new RegExp(`^${GET}$`), silence);
  };

  test('[P26] is looked for again in time, though nothing is sent', async () => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'live' });
    done(await t.recorder.pause('person'));
    const before = looks(t);
    silent(t, 1);
    const from = performance.now();
    decide(t, rules(t, 'mic', 'forbidden'));
    await isLost(t, MIC);
    expect(performance.now() - from).toBeLessThan(PROMISED_MS);
    expect(looks(t)).toBe(before + 2);
    done(await t.recorder.stop('person'));
    expect(await changes(t)).toMatchObject([{ type: 'policy.changed', ended: [MIC] }]);
  });

  test.each(['keep', 'live'] as const)(
    '[P26] ends what the service refuses to take, without any look (%s)',
    async (mode) => {
      const t = await recording({ [MIC]: mode, [SCREEN]: 'keep' });
      await t.service.when(() => t.service.held(MIC).length === 3 && t.service.held(SCREEN).length === 3);
      const before = looks(t);
      silent(t, MANY);
      decide(t, rules(t, 'mic', 'forbidden'));
      t.second();
      await isLost(t, MIC);
      // Every look since then is still open.
      expect(looks(t) - before).toBeLessThan(MANY);
      expect(await changes(t)).toEqual([]);
      expect(t.pipeline(MIC).state()).toBe('ended');
      expect(viewOf(t, MIC)?.trouble?.code).toBe('policy-forbids');
      t.second();
      await t.service.when(() => t.service.held(SCREEN).length === 5);
      expect(t.service.held(MIC)).toHaveLength(3);
      expect(t.state()).toBe('recording');
    },
  );

  test.each(['keep', 'live'] as const)(
    '[P26] ends the recording where the service refuses all of it (%s)',
    async (mode) => {
      const t = await recording({ [MIC]: mode });
      silent(t, MANY);
      decide(t, rules(t, 'mic', 'forbidden'));
      t.second();
      const from = performance.now();
      await t.when(({ session }) => session.state === 'complete');
      expect(performance.now() - from).toBeLessThan(PROMISED_MS);
      expect(t.snapshot().trouble?.code).toBe('policy-forbids');
      expect(await t.story()).toContainEqual(
        expect.objectContaining({ type: 'session.stopped', by: 'policy' }),
      );
    },
  );

  test('[P26] is noted once a look is answered, with what the service had refused by then', async () => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'keep' });
    silent(t, 1);
    decide(t, rules(t, 'mic', 'forbidden'));
    t.second();
    await isLost(t, MIC);
    await t.when(() => t.happened.includes('audit policy.changed'));
    done(await t.recorder.stop('person'));
    expect(await changes(t)).toEqual([
      { type: 'policy.changed', sessionId: TEST_SESSION, fromVersion: 1, toVersion: 2, ended: [MIC] },
    ]);
  });
});

describe('the longest session', () => {
  test('[P26] ends a recording by itself, on the session clock', async () => {
    const t = await recording({ [MIC]: 'keep' }, { maxSessionMinutes: 10 });
    expect(t.snapshot().terms?.maxSessionMinutes).toBe(10);
    t.time.ms = 600_000;
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble?.code).toBe('session-too-long');
    expect(t.service.held(MIC).length).toBeGreaterThan(2);
    expect(await t.story()).toContainEqual(
      expect.objectContaining({ type: 'session.stopped', by: 'policy', atMs: 600_000 }),
    );
  });

  test('[P26] counts pauses', async () => {
    const t = await recording({ [MIC]: 'live' }, { maxSessionMinutes: 10 });
    done(await t.recorder.pause('person'));
    t.time.ms = 599_999;
    expect(t.state()).toBe('paused');
    t.time.ms = 600_000;
    await t.when(({ session }) => session.state === 'complete');
  });

  test('[P26] may become shorter on the way', async () => {
    const t = await recording({ [MIC]: 'live' });
    t.time.ms = 600_000;
    decide(t, { maxSessionMinutes: 10 });
    t.second();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble?.code).toBe('session-too-long');
  });
});
