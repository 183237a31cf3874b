import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OWNER_FILE } from '../blobs/owner-file.ts';
import { SQLITE_FILE } from '../store/file.ts';
import {
  areAll,
  type Copy,
  filesBelow,
  objectsOf,
  redundant,
  setDestination,
  untilCopies,
} from '../trial/copies.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import type { Trial } from '../trial/service.ts';

const HOUR_MS = 3600_000;
const copiesOf = ({ dataDir }: Trial) => join(dataDir, 'copies');
const videoOf = ({ session }: Awaited<ReturnType<typeof recorded>>) => session.videos[0]?.id;

/** As after the disk of the second copies died and an admin put an empty one in its place. */
async function loseAll(service: Trial, meanwhile: () => void = () => undefined): Promise<void> {
  await service.close();
  rmSync(copiesOf(service), { recursive: true });
  mkdirSync(copiesOf(service));
  writeFileSync(join(copiesOf(service), OWNER_FILE), '');
  meanwhile();
  await service.restart();
}

/** All are held: said, and there. */
async function untilHeld(service: Trial, states: readonly string[]): Promise<void> {
  const copies = await untilCopies(service, (all) => areAll(...states)(all) && all.every(({ held }) => held));
  const folders = filesBelow(copiesOf(service)).map((path) => path.split('/')[0]);
  expect([...new Set(folders)]).toEqual(copies.map(({ session_id }) => session_id).sort());
}

test('[P54] second copies that are lost while they are to be sent are not listed as held, are sent, and made anew', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service, { keep_backup: true });
  carrier.fault = () => ({ code: 'destination-unreachable' });
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('failing'));
  await loseAll(service, () => {
    // Due at the start, so that it is claimed at once.
    service.clock.now += 2 * HOUR_MS;
  });
  expect(await untilCopies(service, ([one]) => one?.held === false)).toHaveLength(1);
  carrier.fault = () => undefined;
  service.clock.now += 2 * HOUR_MS;
  await untilHeld(service, ['sent']);
  expect(carrier.arrivals).toEqual(objectsOf(own));
});

// The database is changed by hand here, which is the embedded one.
test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P54] what a process had in hand when it was killed is made anew as well where the second copies are lost',
  async () => {
    const { service, carrier } = await redundant();
    await setDestination(service, { keep_backup: true });
    carrier.fault = () => ({ code: 'destination-unreachable' });
    for (const endUserId of ['ada', 'bob']) await recorded(service, service.key, { endUserId });
    await untilCopies(service, (all) => all.length === 2 && areAll('failing')(all));
    carrier.fault = () => undefined;
    await loseAll(service, () => {
      const database = new DatabaseSync(join(service.dataDir, SQLITE_FILE));
      database.exec("update copy set claim = 'killed' where video_id = (select min(video_id) from copy)");
      database.close();
    });
    service.clock.now += 2 * HOUR_MS;
    await untilHeld(service, ['sent']);
  },
);

test('[P53][P56] what is sent once more by hand is sent also where its second copy is lost meanwhile, and what is not to be sent is not', async () => {
  const { service, carrier } = await redundant();
  await recorded(service, service.key, { endUserId: 'before' });
  await untilCopies(service, areAll('kept'));
  await setDestination(service, { keep_backup: true });
  service.clock.now += 1000;
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, (all) => all.some(({ state }) => state === 'sent'));
  carrier.fault = () => ({ code: 'destination-unreachable' });
  expect(await call<Copy>(service, 'POST', `/copies/${videoOf(own)}/send`, service.key)).toMatchObject({
    status: 200,
  });
  await untilCopies(service, (all) => all.some(({ state }) => state === 'failing'));
  await loseAll(service);
  carrier.fault = () => undefined;
  service.clock.now += 2 * HOUR_MS;
  await untilHeld(service, ['sent', 'kept']);
  expect(carrier.arrivals).toEqual([...objectsOf(own), ...objectsOf(own)]);
});
