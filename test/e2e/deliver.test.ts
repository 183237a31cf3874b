import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from '../../app/launch/embedded.ts';
import { storedOn, wholeSession } from '../../app/launch/service-side.ts';
import { type House, newSession, openHouse, tallylight, tokenFor, until } from './house.ts';

let house: House;
const open: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  open.push(house);
}, 60_000);
afterAll(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

test('[P06][P57] what a command line kept while the service was away is delivered with a fresh token', async () => {
  const { sessionId, token } = await newSession(house);
  const data = ['--data', house.clientDir];
  const recording = tallylight(
    house,
    [
      ...['record', '--server', house.embedded.server, '--session', sessionId, ...data],
      ...['--store', 'mic:default', '--duration', '5'],
    ],
    { TALLYLIGHT_TOKEN: token },
  );
  await until(async () =>
    (await readFile(join(house.clientDir, 'audit.jsonl'), 'utf8').catch(() => '')).includes('take.started'),
  );
  await house.embedded.close();
  expect(await recording).toMatchObject({ code: 6 });

  const embedded = await startEmbedded(house.serviceDir, house.env);
  open.push(embedded);
  const fresh = await tokenFor({ embedded }, sessionId);
  // It is somewhere else now, and still the same by its key.
  expect(embedded.server).not.toBe(house.embedded.server);
  const known = JSON.parse(await readFile(join(house.clientDir, 'trust.json'), 'utf8')).services;
  expect(fresh.serviceKey).toBe(known[house.embedded.server].kid);

  const deliver = (env: NodeJS.ProcessEnv) =>
    tallylight(house, ['deliver', '--server', embedded.server, '--session', sessionId, ...data], env);
  expect(await deliver({ TALLYLIGHT_TOKEN: fresh.token })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${sessionId} is delivered and verified: mic:default`),
  });
  const session = await wholeSession(embedded, sessionId);
  expect(session.status).toBe('stopped');
  const stored = await storedOn(embedded, session, 'mic:default');
  expect(stored.sidecarFits).toBe(true);
  expect(stored.seconds).toBeGreaterThan(4);
  const listed = await tallylight(house, ['recordings', ...data]);
  expect(listed.stdout).toMatch(/delivered$/m);
}, 90_000);
