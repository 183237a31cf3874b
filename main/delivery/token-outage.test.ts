import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { holdToken } from '../auth/token.ts';
import { done, TEST_SESSION, testFacts, testFolder, testFragment, testVault } from '../vault/test-vault.ts';
import { openDelivery } from './delivery.ts';
import { openExchange } from './exchange.ts';
import { serviceClient } from './service-client.ts';
import { startTestService, TEST_TOKEN } from './test-service.ts';

const MIC = 'mic:default';
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A stored channel on its way to the service, with a token of ten minutes. `passed` moves timers and clock together. */
async function recording() {
  const service = await startTestService(TEST_SESSION);
  const { id: rtstreamId } = service.stream(MIC);
  const vaulted = done(await (await testVault(await testFolder())).create(testFacts()));
  const time = { ms: 0 };
  const backend = { isUp: false };
  const troubles: string[] = [];
  const grant = {
    server: service.url,
    sessionId: TEST_SESSION,
    title: null,
    token: TEST_TOKEN,
    expiresAtMs: 600_000,
  };
  const tokens = holdToken({
    grant,
    connection: {
      open: async () => fail('internal'),
      reopen: async () =>
        backend.isUp
          ? ok({ ...grant, token: service.grant().token, expiresAtMs: time.ms + 600_000 })
          : fail('service-unreachable', 'your backend'),
    },
    log: () => undefined,
    now: () => time.ms,
  });
  const exchange = openExchange(tokens, {
    connected: () => undefined,
    refused: ({ code }) => troubles.push(code),
    accepted: ({ code }) => troubles.push(`no more ${code}`),
  });
  const channels = [{ id: MIC, mode: 'keep' as const, rtstreamId }];
  const delivery = openDelivery(channels, vaulted, serviceClient(service.url, TEST_SESSION), exchange, {
    change: () => undefined,
    trouble: (_channelId, { code }) => troubles.push(`stuck: ${code}`),
    over: () => undefined,
    forbidden: () => undefined,
  });
  let sequence = 0;

  async function second(): Promise<void> {
    done(await vaulted.append(testFragment({ sequence })));
    sequence += 1;
    delivery.wake(MIC);
  }
  /** Lets this much time pass, with everything that is due in it and all that is answered meanwhile. */
  async function passed(ms: number): Promise<void> {
    for (const endMs = time.ms + ms; time.ms < endMs; ) {
      const stepMs = Math.min(1000, endMs - time.ms);
      time.ms += stepMs;
      vi.advanceTimersByTime(stepMs);
      await new Promise(setImmediate);
    }
  }
  /** Time passes until something is so. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await passed(1000);
  }
  const end = () => {
    exchange.close();
    tokens.stop();
  };
  return { service, vaulted, delivery, backend, troubles, second, passed, until, end };
}

test('[P08][P09] renewal that fails for an hour loses nothing stored: it is told, delivered afterwards, and told to be over', async () => {
  const { service, vaulted, delivery, backend, troubles, second, passed, until, end } = await recording();
  await second();
  await service.when(() => service.held(MIC).length === 1);
  expect(troubles).toEqual([]);

  // Every token ends, none is renewed, and your backend is gone. The person goes on recording.
  service.tokens.clear();
  service.settings.mayRenew = false;
  for (let minute = 0; minute < 60; minute++) {
    await second();
    await passed(HOUR / 60);
  }
  await until(() => troubles.length > 0);
  expect(service.held(MIC)).toHaveLength(1);
  expect(vaulted.fragments(MIC)).toHaveLength(61);
  expect(new Set(troubles)).toEqual(new Set(['token-expired']));
  // It is asked for all the same, as long as the session lives.
  const asked = service.asked.length;
  await until(() => service.asked.length > asked);

  backend.isUp = true;
  await until(() => service.held(MIC).length === 61);
  expect(troubles.at(-1)).toBe('no more token-expired');
  expect(troubles.filter((trouble) => trouble !== 'token-expired')).toHaveLength(1);
  expect(service.held(MIC).map(({ sha256 }) => sha256)).toEqual(
    vaulted.fragments(MIC).map(({ header }) => header.sha256),
  );
  const manifest = { duration_ms: 60_000, active_ms: 60_000, channels: [vaulted.manifestOf(MIC)] };
  expect(await delivery.finishStored(async () => manifest)).toMatchObject({ value: { status: 'stopped' } });
  end();
});
