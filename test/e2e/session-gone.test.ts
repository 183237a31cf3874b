import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholeSession } from '../../app/launch/service-side.ts';
import { readAuditLog } from '../../main/audit/log.ts';
import { type House, newSession, openFace, openHouse, tallylight, until } from './house.ts';
import { chooseModes, recordTo, sessionIdIn } from './person.ts';
import { recordersOf } from './recorders.ts';

let house: House;
const open: { close: () => Promise<void> }[] = [];

beforeEach(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  open.push(house);
});
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function stopped(clientDir: string) {
  const entries = await readAuditLog(clientDir);
  const events = entries.ok ? entries.value.map(({ event }) => event) : [];
  return events.find((event) => event.type === 'session.stopped');
}

test('[P17] a session that an admin deletes while it is recorded is not recorded on, and goes here too', async () => {
  const face = await openFace(house);
  open.push(face);
  await chooseModes(face.page, { 'Default microphone': 'Keep', 'System audio': 'Live only' });
  await face.page.getByRole('button', { name: /agree and start/i }).click();
  await recordTo(face.page, 3);
  const sessionId = await sessionIdIn(house);
  const deleted = await fetch(
    `${house.embedded.server}/collection/default/capture/session/${encodeURIComponent(sessionId)}`,
    { method: 'DELETE', headers: { 'x-access-token': house.embedded.apiKey } },
  );
  expect(deleted.status).toBe(200);
  await face.page.getByText('does not know this session any more').first().waitFor();
  await until(async () => (await recordersOf(house)).length === 0);
  await face.page.getByText('Stopped early').first().waitFor();
  expect(await stopped(house.clientDir)).toMatchObject({ by: 'service' });
  // Its tokens went with it: what was deleted is signed for as soon as there is another session.
  await face.page.getByRole('button', { name: /new recording/i }).click();
  await until(async () => !(await readdir(join(house.clientDir, 'vault'))).includes(sessionId));
});

test('[P57] a session that the service ended is not recorded on by a command line, which says what is left', async () => {
  const { sessionId, token } = await newSession(house);
  const recording = tallylight(
    house,
    [
      ...['record', '--server', house.embedded.server, '--session', sessionId, '--data', house.clientDir],
      ...['--store', 'mic:default', '--ephemeral', 'display:1', '--json', '--duration', '600'],
    ],
    { TALLYLIGHT_TOKEN: token },
  );
  await until(async () => {
    const { rtstreams } = await wholeSession(house.embedded, sessionId);
    return rtstreams.length === 2 && rtstreams.every((stream) => stream.fragments > 2);
  });
  // As the service does with sessions of which nothing more is heard.
  const db = new DatabaseSync(join(house.serviceDir, 'tallylight.sqlite'), { timeout: 5000 });
  db.prepare("update capture_session set status = 'failed' where id = ?").run(sessionId);
  db.close();
  const { code, stdout, stderr } = await recording;
  expect({ code, stdout, stderr }).toMatchObject({
    code: 6,
    stdout: expect.stringContaining('{"event":"ended","channel":null,"code":"session-ended"}'),
    stderr: expect.stringContaining('no other copy'),
  });
  expect(await stopped(house.clientDir)).toMatchObject({ by: 'service' });
  expect(await tallylight(house, ['verify', sessionId, '--data', house.clientDir])).toMatchObject({
    code: 0,
  });
});
