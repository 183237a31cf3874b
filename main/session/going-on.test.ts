import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ok } from '../../contract/result.ts';
import { startTestService } from '../delivery/test-service.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import type { RecorderParts } from './recorder-parts.ts';
import { SECOND_SESSION, type TestRecorder, testRecorder } from './test-recorder.ts';

const MINUTE_MS = 60_000;
const CUT_OFF_MS = 3000;

/**
 * A recorder on what lay on the disk when another one was cut off after three seconds, started so much later. `meanwhile`
 * happens before. With `answer` your backend says nothing of what was cut off until then.
 */
async function afterCrash(
  laterMs: number,
  meanwhile: (crashed: TestRecorder) => unknown = () => undefined,
  parts: Partial<RecorderParts> = {},
  answer?: Promise<void>,
) {
  const crashed = await testRecorder();
  done(await crashed.agree({ 'mic:default': 'keep', 'display:1': 'live' }));
  for (let second = 0; second < CUT_OFF_MS / 1000; second++) crashed.second();
  const { service } = crashed;
  await service.when(
    () => service.held('mic:default').length === 4 && service.held('display:1').length === 4,
  );
  await meanwhile(crashed);
  // What is copied must not be being written: a disk is as it was at one moment.
  await crashed.when(({ delivery }) => delivery.undeliveredSeconds === 0);
  await vi.waitFor(async () => {
    const story = await crashed.story();
    expect(story.filter(({ type }) => type === 'take.started')).toHaveLength(2);
    const receipts = await readFile(join(crashed.dataDir, 'vault', TEST_SESSION, 'receipts.jsonl'), 'utf8');
    expect(receipts.split('\n')).toHaveLength(5);
    const head: unknown = JSON.parse(await readFile(join(crashed.dataDir, 'audit.head'), 'utf8'));
    expect(head).toMatchObject({ sequence: story.length });
  });
  const dataDir = join(await testFolder(), 'copy');
  await cp(crashed.dataDir, dataDir, { recursive: true });
  const { url } = service;
  const { token } = service.grant();
  const t = await testRecorder({
    dataDir,
    startMs: CUT_OFF_MS + laterMs,
    parts,
    services: [await startTestService(SECOND_SESSION)],
    sessionIds: [SECOND_SESSION],
    reopen: async (_server, sessionId) => {
      await answer;
      return ok({ server: url, sessionId, title: 'Weekly', token, expiresAtMs: null });
    },
  });
  if (answer === undefined) done(await t.recorder.refresh());
  return { ...t, of: service };
}

describe('a recording that was cut off seconds ago', () => {
  test('is offered, and nothing opens or is finished before the person says so', async () => {
    const t = await afterCrash(7000);
    expect(t.snapshot().interrupted).toEqual({
      sessionId: TEST_SESSION,
      title: 'Weekly',
      startedAt: '2026-03-01T10:00:00.000Z',
      cutOffAt: '2026-03-01T10:00:03.000Z',
      untilAt: '2026-03-01T10:05:03.000Z',
      activeMs: 3000,
      channels: [
        { id: 'mic:default', name: 'Microphone', kind: 'mic', mode: 'keep', goesOn: true },
        { id: 'display:1', name: 'Display', kind: 'display', mode: 'live', goesOn: true },
      ],
    });
    expect(t.pipelines()).toBe(0);
    expect(t.of.manifest()).toBeUndefined();
    expect((await t.story()).map(({ type }) => type)).not.toContain('session.recovered');
  });

  test('goes on with new takes after those of before, and the time in between is no recorded time', async () => {
    const t = await afterCrash(7000);
    done(await t.recorder.goOn());
    t.second();
    expect(t.state()).toBe('recording');
    expect(t.snapshot().session).toMatchObject({ id: TEST_SESSION, activeMs: 4000, pausedMs: 7000 });
    await t.of.when(() => t.of.held('mic:default').length === 6 && t.of.held('display:1').length === 6);
    expect(t.of.held('mic:default').map(({ take, sequence }) => `${take}/${sequence}`)).toEqual([
      ...['1/0', '1/1', '1/2', '1/3'],
      ...['2/0', '2/1'],
    ]);
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(t.of.manifest()).toMatchObject({
      channels: [{ channel_id: 'mic:default', takes: 2 }, { channel_id: 'display:1' }],
    });
    const resumed = (await t.story()).filter((event) => event.type === 'session.resumed');
    expect(resumed).toEqual([
      { type: 'session.resumed', sessionId: TEST_SESSION, atMs: 10_000, gapMs: 7000 },
    ]);
  });

  test('is finished and delivered where the person declines, once', async () => {
    const t = await afterCrash(7000);
    done(await t.recorder.finishInterrupted());
    expect(t.snapshot().interrupted).toBeNull();
    await t.when(({ delivery }) => delivery.recovered.length === 1 && delivery.pendingRecordings === 0);
    expect(t.of.manifest()).toMatchObject({ active_ms: 3000 });
    expect(await t.recorder.goOn()).toMatchObject({ error: { code: 'not-now' } });
    expect(await t.recorder.finishInterrupted()).toMatchObject({ error: { code: 'not-now' } });
    expect(t.pipelines()).toBe(0);
  });

  test('is finished where something else is recorded', async () => {
    const t = await afterCrash(7000);
    done(await t.agree({ 'mic:default': 'live' }));
    expect(t.snapshot().interrupted).toBeNull();
    await t.when(({ delivery }) => delivery.recovered.length === 1);
    expect(t.snapshot().session.id).toBe(SECOND_SESSION);
  });

  test('[P57] is not offered where something else was recorded before your backend had answered, but finished', async () => {
    const answer = Promise.withResolvers<void>();
    const t = await afterCrash(7000, undefined, {}, answer.promise);
    done(await t.agree({ 'mic:default': 'live' }));
    answer.resolve();
    expect(await t.recorder.finishInterrupted()).toMatchObject({ error: { code: 'not-now' } });
    expect(t.snapshot().interrupted).toBeNull();
    await t.when(({ delivery }) => delivery.recovered.length === 1 && delivery.pendingRecordings === 0);
    expect(t.of.manifest()).toMatchObject({ active_ms: 3000 });
    expect(t.snapshot().session.id).toBe(SECOND_SESSION);
  });

  test('stays without the channel whose consent was taken back before', async () => {
    const t = await afterCrash(7000, ({ recorder }) =>
      recorder.revoke({ channelId: 'display:1', erase: false }),
    );
    expect(t.snapshot().interrupted?.channels.map(({ goesOn }) => goesOn)).toEqual([true, false]);
    done(await t.recorder.goOn());
    expect(t.happened.filter((what) => what.startsWith('open '))).toEqual(['open mic:default']);
    expect(t.snapshot().channels.find(({ id }) => id === 'display:1')).toMatchObject({
      state: 'lost',
      trouble: { code: 'consent-revoked' },
    });
  });
});

describe('nothing is offered, and it is finished', () => {
  const REFUSED: readonly [string, number, (crashed: TestRecorder) => void, string][] = [
    ['too late', 5 * MINUTE_MS + 1, () => undefined, 'not-now'],
    ['where the clock was set back', -1000, () => undefined, 'not-now'],
    [
      'where the session ended at the service',
      7000,
      ({ service: { settings } }) => {
        settings.status = 'failed';
      },
      'session-ended',
    ],
    [
      'where the policy forbids it by now',
      7000,
      ({ service: { settings } }) => {
        const { policy } = settings;
        const channels = { ...policy.channels, mic: 'forbidden', display: 'forbidden' } as const;
        settings.policy = { ...policy, version: policy.version + 1, channels };
      },
      'policy-forbids',
    ],
    [
      'where it would be longer than the policy allows',
      2 * MINUTE_MS,
      ({ service: { settings } }) => {
        settings.policy = { ...settings.policy, version: settings.policy.version + 1, maxSessionMinutes: 1 };
      },
      'session-too-long',
    ],
  ];
  test.each(REFUSED)('%s', async (_name, laterMs, meanwhile, code) => {
    const t = await afterCrash(laterMs, meanwhile);
    expect(t.snapshot().interrupted).toBeNull();
    expect(await t.recorder.goOn()).toMatchObject({ error: { code } });
    expect(t.pipelines()).toBe(0);
    await t.when(({ delivery }) => delivery.recovered.length === 1);
  });
});

test('a token that does not serve finishes nothing: it is left until it is too late', async () => {
  const t = await afterCrash(7000, ({ service: { settings } }) => {
    settings.over = 'proof-refused';
  });
  expect(t.snapshot().interrupted).toBeNull();
  expect(await t.recorder.goOn()).toMatchObject({ error: { code: 'proof-refused' } });
  expect(t.snapshot().delivery.pendingRecordings).toBe(0);
  expect((await t.story()).map(({ type }) => type)).not.toContain('session.recovered');
});

test('what ended at the service after it was offered does not go on, and is finished', async () => {
  const t = await afterCrash(7000);
  t.of.settings.status = 'failed';
  expect(await t.recorder.goOn()).toMatchObject({ error: { code: 'session-ended' } });
  expect(t.snapshot().interrupted).toBeNull();
  expect(t.state()).toBe('idle');
  expect(t.pipelines()).toBe(0);
  await t.when(({ delivery }) => delivery.recovered.length === 1);
});

describe('a machine that slept past the five minutes, as no timer counts, does not go on', () => {
  test('where the person presses afterwards', async () => {
    const t = await afterCrash(7000);
    expect(t.snapshot().interrupted).not.toBeNull();
    t.time.ms += 60 * MINUTE_MS;
    expect(t.snapshot().interrupted).toBeNull();
    expect(await t.recorder.goOn()).toMatchObject({ error: { code: 'not-now' } });
    expect(t.pipelines()).toBe(0);
    await t.when(({ delivery }) => delivery.recovered.length === 1);
  });

  test('where nobody presses: it is finished when it wakes', async () => {
    let jump: ((jump: ClockJump) => void) | undefined;
    const t = await afterCrash(7000, undefined, {
      watchClock: (onJump) => {
        jump = onJump;
        return () => undefined;
      },
    });
    t.time.ms += 60 * MINUTE_MS;
    jump?.({ kind: 'stepped', stepMs: 60 * MINUTE_MS });
    await t.when(({ delivery }) => delivery.recovered.length === 1);
    expect(await t.recorder.finishInterrupted()).toMatchObject({ error: { code: 'not-now' } });
  });

  test('where it slept between the press and the first device', async () => {
    let sleep = () => undefined as unknown;
    const t = await afterCrash(7000, undefined, {
      permitted: async () => {
        sleep();
        return ok(undefined);
      },
    });
    sleep = () => {
      t.time.ms += 60 * MINUTE_MS;
    };
    expect(await t.recorder.goOn()).toMatchObject({ error: { code: 'not-now' } });
    expect(t.pipelines()).toBe(0);
    expect((await t.story()).map(({ type }) => type)).not.toContain('session.resumed');
    await t.when(({ delivery }) => delivery.recovered.length === 1);
  });
});
