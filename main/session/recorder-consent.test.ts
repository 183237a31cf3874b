import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../contract/canonical.ts';
import { errorOf, fail } from '../../contract/result.ts';
import { refusal, startTestService } from '../delivery/test-service.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { SAID, SECOND_SESSION, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const two = async () => [await startTestService(TEST_SESSION), await startTestService(SECOND_SESSION)];

describe('before the first device opens', () => {
  test('[P01] the receipt is in the audit log before the service hears of a start, and both before any device', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.next(/start$/, (response) => {
      t.happened.push('start is asked for');
      refusal('internal')(response);
    });
    done(await t.agree({ [MIC]: 'keep', 'display:1': 'live' }));
    t.second();
    const order = t.happened.filter((what) => !what.includes('take.'));
    expect(order).toEqual([
      'audit consent.given',
      'start is asked for',
      'audit session.started',
      'open mic:default',
      'open display:1',
    ]);
    const [given] = await t.story();
    if (given?.type !== 'consent.given') throw new Error('no receipt');
    const { statement, statementSha256, act } = given.receipt;
    expect(statement).toMatchObject({
      sessionId: TEST_SESSION,
      endUserId: 'ada',
      policyVersion: 1,
      purpose: 'Meeting notes',
    });
    expect(statement.channels).toEqual([
      { id: MIC, name: 'Microphone', mode: 'keep' },
      { id: 'display:1', name: 'Display', mode: 'live' },
    ]);
    expect(act).toBe('window');
    expect(createHash('sha256').update(canonicalJson(statement)).digest('hex')).toBe(statementSha256);
    const start = t.service.asked.findLast(({ path }) => path.endsWith('/start'));
    expect(JSON.parse(String(start?.body))).toMatchObject({
      consent_sha256: statementSha256,
      channels: [
        { channel_id: MIC, store: true },
        { channel_id: 'display:1', store: false },
      ],
    });
  });

  test.each([
    ['fewer channels', [{ id: MIC, mode: 'keep' }]],
    [
      'another mode',
      [
        { id: MIC, mode: 'keep' },
        { id: 'display:1', mode: 'keep' },
      ],
    ],
    [
      'another channel',
      [
        { id: MIC, mode: 'keep' },
        { id: 'system_audio:default', mode: 'live' },
      ],
    ],
    [
      'a channel twice',
      [
        { id: MIC, mode: 'keep' },
        { id: MIC, mode: 'keep' },
      ],
    ],
  ] as const)('[P01] an agreement to %s than what is chosen is none', async (_what, channels) => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    done(t.recorder.choose({ channelId: MIC, mode: 'keep' }));
    done(t.recorder.choose({ channelId: 'system_audio:default', mode: 'off' }));
    expect(await t.recorder.agree({ channels, policyVersion: 1, ...SAID })).toMatchObject({
      error: { code: 'consent-missing' },
    });
    expect(t.state()).toBe('idle');
    expect(t.pipelines()).toBe(0);
    expect(await t.story()).toEqual([]);
  });

  test('nothing chosen is nothing to agree to', async () => {
    const t = await testRecorder();
    expect(await t.agree({})).toMatchObject({ error: { code: 'nothing-chosen' } });
  });

  test('[P26] a policy that changed since it was shown is shown anew before anything starts', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.settings.policy = { ...t.service.settings.policy, version: 2, purpose: 'Training' };
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({
      error: { code: 'consent-missing', detail: 'the policy changed' },
    });
    expect(t.snapshot().terms).toMatchObject({ policyVersion: 2, purpose: 'Training' });
    expect(t.service.settings.status).toBe('created');
    done(await t.agree({ [MIC]: 'keep' }));
  });

  test('[P26] a policy that changes in the moment of the start ends that session, and another one is opened', async () => {
    const t = await testRecorder({ services: await two() });
    await t.when(({ terms }) => terms !== null);
    const { policy, ...others } = t.service.settings;
    Object.defineProperty(t.service.settings, 'policy', {
      get: () => (t.service.settings.status === 'starting' ? { ...policy, version: 2 } : policy),
    });
    expect(others.status).toBe('created');
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({ error: { code: 'consent-missing' } });
    expect(t.pipelines()).toBe(0);
    expect(t.service.paths().at(-1)).toMatch(/stop$/);
    expect(t.snapshot()).toMatchObject({
      session: { id: SECOND_SESSION, state: 'idle' },
      trouble: { code: 'consent-missing' },
    });
  });

  test('what the policy forbids cannot be chosen, and stops what was chosen before it did', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    done(t.recorder.choose({ channelId: MIC, mode: 'keep' }));
    const { policy } = t.service.settings;
    t.service.settings.policy = {
      ...policy,
      version: 2,
      channels: { ...policy.channels, mic: 'ephemeral' },
    };
    const agreed = {
      channels: t.snapshot().channels.map(({ id, mode }) => ({ id, mode })),
      policyVersion: 1,
      ...SAID,
    };
    expect(await t.recorder.agree(agreed)).toMatchObject({ error: { code: 'policy-forbids', detail: MIC } });
    expect(t.snapshot().channels.find(({ id }) => id === MIC)).toMatchObject({
      mode: 'off',
      allowed: ['off', 'live'],
    });
    expect(t.recorder.choose({ channelId: MIC, mode: 'keep' })).toMatchObject({
      error: { code: 'policy-forbids' },
    });
    expect(t.recorder.choose({ channelId: 'mic:other', mode: 'live' })).toMatchObject({
      error: { code: 'channel-unknown' },
    });
  });

  test('what the system does not permit is not even noted as consent', async () => {
    const t = await testRecorder({
      parts: { permitted: async () => fail('permission-denied', 'microphone') },
    });
    expect(await t.agree({ [MIC]: 'live' })).toMatchObject({ error: { code: 'permission-denied' } });
    expect(await t.story()).toMatchObject([{ type: 'session.refused', code: 'permission-denied' }]);
    expect(t.service.settings.status).toBe('created');
  });

  test('where the receipt cannot be written nothing starts', async () => {
    const t = await testRecorder({
      parts: { audit: { write: async () => ({ ok: false, error: errorOf('disk-full', 'audit log') }) } },
    });
    expect(await t.agree({ [MIC]: 'live' })).toMatchObject({ error: { code: 'disk-full' } });
    expect(t.service.settings.status).toBe('created');
  });

  test('where the vault takes no such recording the refusal is in the audit log', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    await mkdir(join(t.dataDir, 'vault', TEST_SESSION, 'odd'), { recursive: true });
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({ error: { code: 'not-now' } });
    expect((await t.story()).at(-1)).toEqual({
      type: 'session.refused',
      sessionId: TEST_SESSION,
      code: 'not-now',
    });
    expect(t.pipelines()).toBe(0);
  });

  test('[P08] a token that ran out while the person read is replaced', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.tokens.clear();
    t.service.settings.mayRenew = false;
    done(await t.agree({ [MIC]: 'live' }));
  });

  test('a session that ended meanwhile is replaced by another one, to which the person agrees anew', async () => {
    const t = await testRecorder({ services: await two() });
    await t.when(({ terms }) => terms !== null);
    t.service.next(/start$/, refusal('session-ended'));
    expect(await t.agree({ [MIC]: 'live' })).toMatchObject({ error: { code: 'session-ended' } });
    expect(t.snapshot().session).toMatchObject({ id: SECOND_SESSION, state: 'idle' });
    done(await t.agree({ [MIC]: 'live' }));
  });
});

describe('an agreement', () => {
  test('is one act: a second one meanwhile changes nothing', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    const right = {
      channels: t.snapshot().channels.map(({ id, mode }) => ({ id, mode })),
      policyVersion: 1,
      ...SAID,
    };
    const wrong = { channels: [], policyVersion: 7, ...SAID };
    const [first, second] = await Promise.all([t.recorder.agree(right), t.recorder.agree(wrong)]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toMatchObject({ error: { code: 'not-now' } });
  });

  test('is taken back by Stop while the service is still thinking: no device opens, the session is given up', async () => {
    const t = await testRecorder({ services: await two() });
    await t.when(({ terms }) => terms !== null);
    // The service has begun it, and the word of that is lost once nobody waits for it any more.
    const answer = Promise.withResolvers<ServerResponse>();
    t.service.afterNext(/start$/, answer.resolve);
    const agreed = t.agree({ [MIC]: 'keep' });
    await t.service.when(() => t.service.paths().some((path) => path.endsWith('/start')));
    expect(t.state()).toBe('consenting');
    expect(await t.recorder.stop('person')).toMatchObject({ ok: true });
    expect(await agreed).toMatchObject({ error: { code: 'consent-missing', detail: 'it was taken back' } });
    expect(t.pipelines()).toBe(0);
    expect(t.snapshot().session).toMatchObject({ id: SECOND_SESSION, state: 'idle' });
    expect((await t.story()).at(-1)).toMatchObject({ type: 'session.refused' });
    (await answer.promise).destroy();
    await t.service.when(() => t.service.paths().at(-1)?.endsWith('/stop') === true);
  });
});
