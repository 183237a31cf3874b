import { expect, test } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { startTestService } from '../delivery/test-service.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';

/** A recorder whose service is about to take no token of its any more, and whose backend has none while `isUp` is false. */
async function recording() {
  const service = await startTestService(TEST_SESSION);
  const backend = { isUp: false };
  const t = await testRecorder({
    services: [service],
    reopen: async (server, sessionId) =>
      backend.isUp
        ? ok({ server, sessionId, title: null, token: service.grant().token, expiresAtMs: null })
        : fail('service-unreachable', 'your backend'),
  });
  done(await t.agree({ [MIC]: 'keep' }));
  t.second();
  await service.when(() => service.held(MIC).length === 2);
  service.tokens.clear();
  service.settings.mayRenew = false;
  return { ...t, backend };
}

test('[P08][P09] without a token the recording goes on and says so, until there is one and everything is delivered', async () => {
  const t = await recording();
  for (let second = 0; second < 5; second++) t.second();
  await t.when(({ trouble }) => trouble?.code === 'token-expired');
  expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
  expect(t.service.held(MIC)).toHaveLength(2);

  t.backend.isUp = true;
  await t.when(({ trouble }) => trouble === null);
  await t.service.when(() => t.service.held(MIC).length === 7);
  expect(t.state()).toBe('recording');
});

test('[P08] without a token a stop is a stop: every device is released, and delivery says what it waits for', async () => {
  const t = await recording();
  t.second();
  await t.when(({ trouble }) => trouble?.code === 'token-expired');
  done(await t.recorder.stop('person'));
  expect(t.snapshot()).toMatchObject({
    lamp: 'off',
    session: { state: 'delivering' },
    trouble: { code: 'token-expired' },
  });
  expect(t.pipeline(MIC).state()).toBe('ended');

  t.backend.isUp = true;
  await t.when(({ session }) => session.state === 'complete');
  expect(t.snapshot().trouble).toBeNull();
  // Its first, the two seconds, and what there was when it stopped.
  expect(t.service.held(MIC)).toHaveLength(4);
});
