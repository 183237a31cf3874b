import { describe, expect, test } from 'vitest';
import type { TallylightError } from '../../contract/result.ts';
import { done, testFacts, testFolder, testFragment, testVault } from '../vault/test-vault.ts';
import { openDelivery } from './delivery.ts';
import { testExchange } from './test-exchange.ts';
import { refusal, type TestService } from './test-service.ts';

const channels = [
  { id: 'mic:default', mode: 'keep' as const, rtstreamId: 'rts-mic-default' },
  { id: 'display:1', mode: 'keep' as const, rtstreamId: 'rts-display-1' },
  { id: 'system_audio:default', mode: 'live' as const, rtstreamId: 'rts-system_audio-default' },
];

async function delivering(plan: (service: TestService) => void = () => undefined) {
  const { service, client, exchange } = await testExchange();
  plan(service);
  for (const { id, mode } of channels) service.stream(id, mode === 'keep');
  const recording = done(await (await testVault(await testFolder())).create(testFacts()));
  const troubles: [string, TallylightError][] = [];
  const delivery = openDelivery(channels, recording, client, exchange, {
    change: () => undefined,
    trouble: (channelId, error) => troubles.push([channelId, error]),
    over: () => undefined,
    forbidden: () => undefined,
  });
  for (const { id, mode } of channels)
    for (const sequence of [0, 1]) {
      const fragment = testFragment({ channelId: id, sequence });
      if (mode === 'live') delivery.passOn(fragment);
      else {
        done(await recording.append(fragment));
        delivery.wake(id);
      }
    }
  const request = async () => {
    const stored = ['mic:default', 'display:1'].map((id) => recording.manifestOf(id));
    return { duration_ms: 2000, active_ms: 2000, channels: [...stored, ...(await delivery.finishLive())] };
  };
  return { service, exchange, delivery, recording, troubles, request };
}

describe('the delivery of a session', () => {
  test('is complete when the service confirms it against the manifest', async () => {
    const { service, delivery, request } = await delivering();
    expect(await delivery.finishStored(request)).toMatchObject({
      ok: true,
      value: { status: 'stopped' },
    });
    for (const { id } of channels) {
      expect(service.held(id)).toHaveLength(2);
      expect(delivery.sentBytes(id)).toBe(service.held(id).reduce((sum, { bytes }) => sum + bytes, 0));
      expect(delivery.dropped(id)).toBe(0);
    }
  });

  test('is not complete where the service holds something else than the manifest says', async () => {
    const { service, delivery, request } = await delivering();
    const told = await request();
    const [first, ...rest] = told.channels;
    if (first === undefined) throw new Error('no channel');
    const wrong = { ...told, channels: [{ ...first, digest: '0'.repeat(64) }, ...rest] };
    expect(await delivery.finishStored(async () => wrong)).toMatchObject({
      error: { code: 'delivery-incomplete', detail: 'the service says stopping' },
    });
    expect(service.settings.status).toBe('stopping');
  });

  test('of one channel that is stuck is told at once, and the others are delivered all the same', async () => {
    const { service, delivery, troubles, request } = await delivering((planned) =>
      planned.next(/PUT .*mic-default/, refusal('fragment-conflict')),
    );
    expect(await delivery.finishStored(request)).toMatchObject({
      error: { code: 'fragment-conflict' },
    });
    expect(troubles).toMatchObject([['mic:default', { code: 'fragment-conflict' }]]);
    expect(service.held('display:1')).toHaveLength(2);
  });

  test('is incomplete where it was let go', async () => {
    const { service, delivery, request } = await delivering();
    const told = await request();
    await service.down();
    const finished = delivery.finishStored(async () => told);
    delivery.close();
    expect(await finished).toMatchObject({ error: { code: 'delivery-incomplete' } });
  });
});
