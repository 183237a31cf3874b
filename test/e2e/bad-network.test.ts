import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedOn, wholeSession } from '../../app/launch/service-side.ts';
import { readAuditLog } from '../../main/audit/log.ts';
import { type FaultyProxy, openFaultyProxy } from '../instruments/faulty-proxy.ts';
import { type House, newSession, openHouse, tallylight } from './house.ts';

let house: House;
let proxy: FaultyProxy;
let target = 'http://127.0.0.1:1';

beforeAll(async () => {
  proxy = await openFaultyProxy(() => target, 5);
  // Proofs are made for the address by which the client knows the service.
  process.env.TALLYLIGHT_PUBLIC_URL = proxy.url;
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  target = house.embedded.server;
}, 60_000);
afterAll(async () => {
  await house.close();
  await proxy.close();
});

test('[P62] real media over a network that damages, loses and breaks off arrives whole, to the last fragment', async () => {
  const { sessionId, token } = await newSession(house);
  const bad = [
    { kind: 'flip-request', share: 0.1 },
    { kind: 'flip-answer', share: 0.1 },
    { kind: 'truncate-request', share: 0.1 },
    { kind: 'truncate-answer', share: 0.1 },
    { kind: 'lossy', share: 0.1 },
    { kind: 'duplicate', share: 0.1 },
    { kind: 'reorder', share: 0.05 },
  ] as const;
  const recording = tallylight(
    house,
    [
      ...['record', '--server', proxy.url, '--session', sessionId, '--data', house.clientDir],
      ...['--store', 'mic:default', '--store', 'display:1', '--duration', '12'],
    ],
    { TALLYLIGHT_TOKEN: token },
  );
  // What the person agreed to has begun; from here on nothing is well.
  await expect.poll(() => proxy.counts().requests, { timeout: 30_000 }).toBeGreaterThan(8);
  proxy.set(...bad);
  await expect.poll(() => proxy.counts().requests, { timeout: 30_000 }).toBeGreaterThan(20);
  proxy.set({ kind: 'cut' });
  await expect.poll(() => proxy.counts().cut, { timeout: 30_000 }).toBeGreaterThan(10);
  proxy.set(...bad);
  // It is better by the end: how long the command waits for the last receipts is not what this is about.
  await expect.poll(() => proxy.counts().requests, { timeout: 60_000 }).toBeGreaterThan(45);
  proxy.set();
  const ended = await recording;
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('is delivered and verified') });

  const counts = proxy.counts();
  expect(counts['flip-request'] + counts['truncate-request']).toBeGreaterThan(0);
  expect(counts['flip-answer'] + counts['truncate-answer']).toBeGreaterThan(0);
  const session = await wholeSession(house.embedded, sessionId);
  expect(session.status).toBe('stopped');
  const entries = await readAuditLog(house.clientDir);
  for (const id of ['mic:default', 'display:1']) {
    const stored = await storedOn(house.embedded, session, id);
    expect(stored.sidecarFits).toBe(true);
    expect(stored.seconds).toBeGreaterThan(11);
    const { digest } = stored;
    expect(entries.ok && entries.value.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'channel.delivered', channelId: id, digest }),
    );
  }
}, 120_000);
