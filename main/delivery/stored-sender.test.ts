import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TallylightError } from '../../contract/result.ts';
import { done, TEST_SESSION, testFacts, testFolder, testFragment, testVault } from '../vault/test-vault.ts';
import { storedSender } from './stored-sender.ts';
import { testExchange } from './test-exchange.ts';
import { json, refusal } from './test-service.ts';

const MIC = 'mic:default';
const places = (held: readonly { take: number; sequence: number }[]) =>
  held.map(({ take, sequence }) => `${take}/${sequence}`);

async function sending(sequences: readonly number[] = [0, 1, 2]) {
  const { service, client, exchange } = await testExchange();
  const stream = service.stream(MIC);
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  for (const sequence of sequences) done(await recording.append(testFragment({ sequence })));
  const stuck: TallylightError[] = [];
  const on = {
    change: () => undefined,
    stuck: (error: TallylightError) => void stuck.push(error),
    over: () => undefined,
    forbidden: () => undefined,
  };
  return {
    service,
    stream,
    recording,
    exchange,
    stuck,
    take: join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed'),
    start: () => storedSender(MIC, stream.id, recording, client, exchange, on),
  };
}

describe('a stored channel', () => {
  test('[P55] is delivered in order, and counts as delivered by receipts alone', async () => {
    const { service, recording, start } = await sending();
    expect(await start().finish()).toBeUndefined();
    expect(places(service.held(MIC))).toEqual(['1/0', '1/1', '1/2']);
    expect(recording.receipted(MIC)).toBe(3);
  });

  test('is delivered while it grows', async () => {
    const { service, recording, start } = await sending([]);
    const sender = start();
    for (const sequence of [0, 1]) {
      done(await recording.append(testFragment({ sequence })));
      sender.wake();
      await service.when(() => service.held(MIC).length === sequence + 1);
    }
    done(await recording.append(testFragment({ take: 2, sequence: 0 })));
    expect(await sender.finish()).toBeUndefined();
    expect(places(service.held(MIC))).toEqual(['1/0', '1/1', '2/0']);
  });

  test('[P57] survives a service that fails, answers nonsense and goes away', async () => {
    const { service, recording, start } = await sending();
    service.next(/PUT/, refusal('internal'));
    service.next(/PUT/, (response) => response.writeHead(502).end('<html>'));
    service.next(/PUT/, refusal('digest-mismatch'));
    service.next(/PUT .*1\/1$/, (response) => response.destroy());
    await service.down();
    const finished = start().finish();
    await service.up();
    expect(await finished).toBeUndefined();
    expect(service.held(MIC)).toHaveLength(3);
    expect(recording.receipted(MIC)).toBe(3);
  });

  test('may be sent again at any time: the service has one of each', async () => {
    const { service, recording, start } = await sending();
    expect(await start().finish()).toBeUndefined();
    recording.rewindReceipts(MIC, 0);
    expect(await start().finish()).toBeUndefined();
    expect(service.asked.filter(({ method }) => method === 'PUT')).toHaveLength(6);
    expect(service.held(MIC)).toHaveLength(3);
  });

  test('goes on from what the service holds where receipts on this side say too much', async () => {
    const { service, stream, recording, start } = await sending([0, 1, 2, 3]);
    expect(await start().finish()).toBeUndefined();
    // The service was restored from a backup of before.
    stream.held = stream.held.slice(0, 1);
    recording.rewindReceipts(MIC, 3);
    expect(await start().finish()).toBeUndefined();
    expect(places(service.held(MIC))).toEqual(['1/0', '1/1', '1/2', '1/3']);
    expect(service.paths().filter((path) => path.endsWith('/fragments'))).toHaveLength(1);
  });

  test('stops where the service stays out of step, instead of asking for ever', async () => {
    const { service, stream, stuck, start } = await sending();
    for (let again = 0; again < 2; again++) service.next(/PUT/, refusal('fragment-out-of-order'));
    expect(await start().finish()).toMatchObject({ code: 'fragment-out-of-order' });
    expect(stuck).toHaveLength(1);
    expect(stream.held).toEqual([]);
  });

  test('stops at once where another fragment is held under a number, keeps everything and says so', async () => {
    const { service, recording, stuck, start } = await sending();
    service.next(/PUT .*1\/1$/, refusal('fragment-conflict'));
    const sender = start();
    await service.when(() => service.asked.length === 2);
    expect(await sender.finish()).toMatchObject({ code: 'fragment-conflict' });
    expect(stuck).toMatchObject([{ code: 'fragment-conflict' }]);
    expect(recording.receipted(MIC)).toBe(1);
    expect(recording.fragments(MIC)).toHaveLength(3);
  });

  test('[P61] that was damaged on this disk is not sent, and the fragment is named', async () => {
    const { take, service, recording, start } = await sending();
    const bytes = await readFile(take);
    const { offset = 0 } = recording.fragments(MIC)[1] ?? {};
    bytes[offset + 20] = (bytes[offset + 20] ?? 0) ^ 1;
    await writeFile(take, bytes);
    expect(await start().finish()).toMatchObject({
      code: 'vault-damaged',
      detail: 'mic:default take 1 fragment 1',
    });
    expect(places(service.held(MIC))).toEqual(['1/0']);
  });

  test('is let go where the exchange is closed, and is no trouble', async () => {
    const { service, exchange, stuck, start } = await sending();
    service.next(/PUT/, (response) => json(response, 200, { success: true, data: {} }));
    await service.down();
    const finished = start().finish();
    exchange.close();
    expect(await finished).toBeUndefined();
    expect(stuck).toEqual([]);
  });
});
