import { describe, expect, test } from 'vitest';
import { done, testFragment } from '../vault/test-vault.ts';
import { liveSender } from './live-sender.ts';
import { testExchange } from './test-exchange.ts';
import { refusal } from './test-service.ts';

const MIC = 'mic:default';

async function passing() {
  const { service, client, exchange } = await testExchange();
  const stream = service.stream(MIC, false);
  let changes: (() => void)[] = [];
  const told: string[] = [];
  const sender = liveSender(MIC, stream.id, client, exchange, {
    change: () => {
      for (const changed of changes) changed();
    },
    over: ({ code }) => void told.push(code),
    forbidden: ({ code }) => void told.push(code),
  });
  /** Resolves when the sender's counts fulfil a condition. */
  const when = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        changes = changes.filter((changed) => changed !== check);
        resolve();
      };
      changes.push(check);
      check();
    });
  return { service, client, exchange, sender, when, told };
}

describe('a channel that is live only', () => {
  test('[P13] is passed on and forgotten, and tells what it passed on', async () => {
    const { service, sender } = await passing();
    const all = [0, 1, 2].map((sequence) => testFragment({ sequence }));
    for (const fragment of all) sender.offer(fragment);
    const bytes = all.reduce((sum, { header }) => sum + header.bytes, 0);
    expect(await sender.finish()).toMatchObject({
      channel_id: MIC,
      takes: 1,
      fragments: 3,
      bytes,
      dropped: 0,
    });
    expect(sender.sentBytes()).toBe(bytes);
    expect(service.held(MIC).map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
  });

  test('waits with a take until its number is noted, and keeps the order', async () => {
    const { service, client, sender } = await passing();
    sender.offer(testFragment({ sequence: 0 }));
    sender.offer(testFragment({ sequence: 1 }));
    const noted = Promise.withResolvers<void>();
    sender.offer(testFragment({ take: 2, sequence: 0 }), noted.promise);
    sender.offer(testFragment({ take: 2, sequence: 1 }));
    const places = () => service.held(MIC).map(({ take, sequence }) => `${take}/${sequence}`);
    await service.when(() => service.held(MIC).length === 2);
    done(await client.session(service.grant().token));
    expect(places()).toEqual(['1/0', '1/1']);
    noted.resolve();
    expect(await sender.finish()).toMatchObject({ takes: 2, fragments: 4, dropped: 0 });
    expect(places()).toEqual(['1/0', '1/1', '2/0', '2/1']);
  });

  test('goes on where it cannot be noted, and where the disk does not answer', async () => {
    const { service, sender } = await passing();
    sender.offer(testFragment({ sequence: 0 }), Promise.reject(new Error('no disk')));
    sender.offer(testFragment({ take: 2, sequence: 0 }), new Promise(() => undefined));
    expect(await sender.finish()).toMatchObject({ takes: 2, fragments: 2, dropped: 0 });
    expect(service.held(MIC)).toHaveLength(2);
  });

  test('drops the oldest while the service is down, counts it, and goes on when it is back', async () => {
    const { service, sender, when } = await passing();
    await service.down();
    for (let sequence = 0; sequence <= 15; sequence++) sender.offer(testFragment({ sequence }));
    await when(() => sender.dropped() === 5);
    await service.up();
    await when(() => sender.sentBytes() > 0);
    const told = await sender.finish();
    expect(told.fragments + told.dropped).toBe(16);
    const sequences = service.held(MIC).map(({ sequence }) => sequence);
    expect(sequences[0]).toBe(0);
    expect(sequences.slice(1)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  test('forgets at once at the end what a service that is down does not take', async () => {
    const { service, sender } = await passing();
    sender.offer(testFragment({ sequence: 0 }));
    await service.when(() => service.held(MIC).length === 1);
    await service.down();
    for (const sequence of [1, 2, 3]) sender.offer(testFragment({ sequence }));
    expect(await sender.finish()).toMatchObject({ fragments: 1, dropped: 3 });
  });

  test('leaves out a fragment that the service refuses for good, and goes on with the next', async () => {
    const { service, sender } = await passing();
    service.next(/1\/1$/, refusal('fragment-conflict'));
    for (const sequence of [0, 1, 2]) sender.offer(testFragment({ sequence }));
    expect(await sender.finish()).toMatchObject({ fragments: 2, dropped: 1 });
  });

  test('is let go where the exchange is closed', async () => {
    const { service, exchange, sender } = await passing();
    await service.down();
    sender.offer(testFragment({ sequence: 0 }));
    exchange.close();
    expect(await sender.finish()).toMatchObject({ fragments: 0, dropped: 1 });
  });
});
