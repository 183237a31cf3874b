import { describe, expect, test } from 'vitest';
import { fail } from '../../contract/result.ts';
import { DELETION_TYP } from '../../contract/wire.ts';
import { refusal, startTestService } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { type Modes, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
const CODES = ['session-unknown', 'session-ended'] as const;
/** What is promised of an admin's word. */
const PROMISED_MS = 5000;

async function recording(modes: Modes): Promise<TestRecorder> {
  const t = await testRecorder();
  done(await t.agree(modes));
  t.second();
  for (const id of Object.keys(modes)) await t.service.when(() => t.service.held(id).length === 2);
  return t;
}
const failed = (t: TestRecorder) => t.when(({ session }) => session.state === 'failed');
const held = (t: TestRecorder) => vaultIn(t.dataDir, t.secrets).list();
/** What the log says of it, once everything is done. */
async function ofType(t: TestRecorder, type: string) {
  await t.recorder.close();
  return (await t.story()).filter((event) => event.type === type);
}

describe('a session that is ended or deleted at the service while it is recorded', () => {
  test.each(CODES)('stops the recording at the next fragment of what is kept (%s)', async (code) => {
    const t = await recording({ [MIC]: 'keep', [SCREEN]: 'live' });
    t.service.settings.over = code;
    t.second();
    await failed(t);
    expect([t.pipeline(MIC).state(), t.pipeline(SCREEN).state()]).toEqual(['ended', 'ended']);
    expect(t.snapshot()).toMatchObject({
      trouble: { code, message: expect.stringMatching(/so the recording was stopped\.$/) },
      session: { kept: 'only-here' },
    });
    expect(await ofType(t, 'session.stopped')).toMatchObject([{ by: 'service' }]);
    expect(await ofType(t, 'session.failed')).toMatchObject([{ code }]);
  });

  test.each(CODES)('stops the recording at the next fragment of what is live only (%s)', async (code) => {
    const t = await recording({ [MIC]: 'live' });
    t.service.next(/^PUT/, refusal(code));
    t.service.next(/stop$/, refusal(code));
    t.service.next(/stop$/, refusal(code));
    t.second();
    await failed(t);
    expect(t.pipeline(MIC).state()).toBe('ended');
    expect(await ofType(t, 'session.stopped')).toMatchObject([{ by: 'service' }]);
    expect(t.snapshot()).toMatchObject({ trouble: { code }, session: { kept: 'nothing' } });
  });

  test.each([
    [
      'refuses to be looked at',
      (t: TestRecorder) => {
        t.service.settings.over = 'session-unknown';
      },
    ],
    [
      'says that it failed',
      (t: TestRecorder) => {
        t.service.settings.status = 'failed';
      },
    ],
  ])('stops a recording that is paused, within five seconds, where it %s', async (_how, end) => {
    const t = await recording({ [MIC]: 'keep' });
    done(await t.recorder.pause('person'));
    const before = performance.now();
    end(t);
    await t.when(({ trouble }) => trouble !== null);
    expect(performance.now() - before).toBeLessThan(PROMISED_MS);
    await t.when(({ session }) => session.state === 'failed' || session.state === 'complete');
    expect(await ofType(t, 'session.stopped')).toMatchObject([{ by: 'service' }]);
  });

  test('stops it where its tokens went with it and your backend knows it no more', async () => {
    const service = await startTestService(TEST_SESSION);
    const t = await testRecorder({ services: [service], reopen: async () => fail('session-unknown') });
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await service.when(() => service.held(MIC).length === 2);
    service.tokens.clear();
    service.settings.mayRenew = false;
    t.second();
    await failed(t);
    expect(t.snapshot().trouble?.code).toBe('session-unknown');
    expect(await held(t)).toEqual([TEST_SESSION]);
  });
});

describe('what was stored of it', () => {
  test('[P17] stays where nobody signs for its deletion, and can be read', async () => {
    const t = await recording({ [MIC]: 'keep' });
    const stranger = testSigner();
    const claims = { session_id: TEST_SESSION, channel_id: null, iat: 1 };
    t.service.settings.tombstones = [stranger.sign(DELETION_TYP, claims)];
    t.service.settings.over = 'session-unknown';
    t.second();
    await failed(t);
    const left = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(left.fragments(MIC)).toHaveLength(4);
    for (const fragment of left.fragments(MIC)) done(await left.read(fragment));
    expect(await ofType(t, 'recording.purged')).toEqual([]);
  });

  test('[P17][P20] goes at once where the service signed that it was deleted, and that is told', async () => {
    const t = await recording({ [MIC]: 'keep' });
    t.service.settings.deleted = [{ session_id: TEST_SESSION, channel_id: null }];
    t.service.settings.over = 'session-unknown';
    t.second();
    await failed(t);
    expect(await held(t)).toEqual([]);
    expect(await ofType(t, 'recording.purged')).toMatchObject([{ reason: 'deleted-at-service' }]);
    expect(await ofType(t, 'session.failed')).toMatchObject([{ kept: 'nothing of it is kept here' }]);
    expect(t.snapshot()).toMatchObject({
      trouble: { message: expect.stringMatching(/erased here too\.$/) },
      session: { kept: 'erased' },
    });
  });

  test('[P17] goes, too, where it is deleted while it is delivered', async () => {
    const t = await recording({ [MIC]: 'keep' });
    await t.service.down();
    t.second();
    done(await t.recorder.stop('person'));
    t.service.settings.deleted = [{ session_id: TEST_SESSION, channel_id: null }];
    t.service.settings.over = 'session-unknown';
    await t.service.up();
    await failed(t);
    expect(await held(t)).toEqual([]);
    expect(await ofType(t, 'session.stopped')).toMatchObject([{ by: 'the person' }]);
  });
});
