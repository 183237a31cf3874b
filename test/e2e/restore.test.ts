import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Embedded, startEmbedded } from '../../app/launch/embedded.ts';
import { storedOn, wholeSession } from '../../app/launch/service-side.ts';
import { fragmentList, success } from '../../contract/wire.ts';
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

/** Records the microphone, kept, for so many seconds. */
function record(
  { sessionId, token }: { sessionId: string; token: string },
  seconds: number,
  dataDir: string,
) {
  const where = ['--server', house.embedded.server, '--session', sessionId, '--data', dataDir];
  return tallylight(house, ['record', ...where, '--store', 'mic:default', '--duration', String(seconds)], {
    TALLYLIGHT_TOKEN: token,
  });
}

/** The digests of the fragments that a service holds of the first channel of a session. */
async function heldOf({ server, apiKey }: Embedded, sessionId: string): Promise<string[]> {
  const [stream] = (await wholeSession({ server, apiKey }, sessionId)).rtstreams;
  if (stream === undefined) return [];
  const answer = await fetch(`${server}/rtstream/${stream.rtstream_id}/fragments`, {
    headers: { 'x-access-token': apiKey },
  });
  const { fragments } = success(fragmentList).parse(await answer.json()).data;
  return fragments.map(({ sha256 }) => sha256);
}

/** The process that serves this data folder. */
async function processServing(dataDir: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (/^[^\0]*node\0/.test(line) && line.includes(`\0serve\0`) && line.includes(`\0${dataDir}\0`))
      return Number(pid);
  }
  throw new Error('no process serves it');
}

test('[P39] a service that is killed in mid-write is restored elsewhere, and the recorder goes on there', async () => {
  const { embedded, serviceDir, folder } = house;
  const whole = await newSession(house);
  expect(await record(whole, 2, house.clientDir)).toMatchObject({ code: 0 });
  const before = await storedOn(embedded, await wholeSession(embedded, whole.sessionId), 'mic:default');
  expect(before.sidecarFits).toBe(true);

  const cut = await newSession(house);
  const recording = record(cut, 12, house.clientDir);
  const atLeast = (count: number) => async () => (await heldOf(embedded, cut.sessionId)).length >= count;
  await until(atLeast(3));
  const to = join(folder, 'backups');
  const made = await tallylight(house, ['backend', 'backup', '--to', to, '--data', serviceDir, '--verify']);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 sessions, 2 recordings/) });
  // What it takes from now on is not in the backup.
  const backedUp = (await heldOf(embedded, cut.sessionId)).length;
  await until(atLeast(backedUp + 2));
  process.kill(await processServing(serviceDir), 'SIGKILL');
  expect(await recording).toMatchObject({ code: 6 });

  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere, { mode: 0o700 });
  await copyFile(join(serviceDir, 'master.key'), join(elsewhere, 'master.key'));
  const args = ['backend', 'restore', '--from', to, '--data', elsewhere];
  expect(await tallylight(house, args)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/2 sessions/),
  });
  const restored = await startEmbedded(elsewhere, house.env);
  open.push(restored);
  const after = await storedOn(restored, await wholeSession(restored, whole.sessionId), 'mic:default');
  expect(after).toEqual(before);
  const held = await heldOf(restored, cut.sessionId);
  expect(held.length).toBeGreaterThanOrEqual(3);
  expect(held.length).toBeLessThanOrEqual(backedUp);

  // The recorder was told that more was taken than there is now; it asks, and sends that again.
  const { token } = await tokenFor({ embedded: restored }, cut.sessionId);
  const where = ['--server', restored.server, '--session', cut.sessionId, '--data', house.clientDir];
  expect(await tallylight(house, ['deliver', ...where], { TALLYLIGHT_TOKEN: token })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${cut.sessionId} is delivered and verified: mic:default`),
  });
  const session = await wholeSession(restored, cut.sessionId);
  expect(session.status).toBe('stopped');
  const stored = await storedOn(restored, session, 'mic:default');
  expect(stored.sidecarFits).toBe(true);
  expect(stored.seconds).toBeGreaterThan(10);
  expect((await heldOf(restored, cut.sessionId)).slice(0, held.length)).toEqual(held);
  expect(await tallylight(house, ['backend', 'audit', 'verify', '--data', elsewhere])).toMatchObject({
    code: 0,
  });
}, 120_000);
