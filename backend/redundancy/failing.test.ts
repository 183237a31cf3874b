import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OWNER_FILE } from '../blobs/owner-file.ts';
import { SQLITE_FILE } from '../store/file.ts';
import { areAll, entriesOf, filesBelow, redundant, setDestination, untilCopies } from '../trial/copies.ts';
import { recorded } from '../trial/recorded.ts';
import { folder, type Trial } from '../trial/service.ts';
import { IS_ROOT, smallDisk } from '../trial/small-disk.ts';

const HOUR_MS = 3600_000;
const MIB = 1 << 20;
const onRootOnly = IS_ROOT ? '' : ' (skipped: needs root to mount a small disk)';

const failuresOf = async (service: Trial) =>
  (await entriesOf(service)).flatMap(({ action, reason }) => (action === 'copy.failed' ? [reason] : []));

/** The next attempt fails, once it is time for it, and the wait for the one after it is longer. */
async function untilFailed(service: Trial, attempts: number): Promise<string> {
  if (attempts > 1) service.clock.now += 10_000 * 2 ** (attempts - 2);
  const [copy] = await untilCopies(service, ([one]) => one?.attempts === attempts);
  expect(copy).toMatchObject({ state: 'failing', held: false });
  const waitSeconds = (copy?.next_attempt_at ?? 0) - service.clock.now / 1000;
  expect(waitSeconds).toBeGreaterThanOrEqual(5 * 2 ** (attempts - 1));
  expect(waitSeconds).toBeLessThanOrEqual(10 * 2 ** (attempts - 1) + 1);
  return copy?.last_error ?? '';
}

test('[P54] a second copy that cannot be made waits longer each time, with an entry when it begins, when the reason changes, and when it is made', async () => {
  const { service } = await redundant();
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  const copies = join(service.dataDir, 'copies');
  const away = `${copies}-away`;
  // They are lost, and what they are to be made of anew is damaged.
  rmSync(copies, { recursive: true });
  mkdirSync(copies);
  writeFileSync(join(copies, OWNER_FILE), '');
  const [path = ''] = filesBelow(join(service.dataDir, 'blobs'));
  const blob = join(service.dataDir, 'blobs', path);
  const whole = readFileSync(blob);
  writeFileSync(blob, Buffer.alloc(whole.length));
  await service.restart();
  for (const attempts of [1, 2, 3]) expect(await untilFailed(service, attempts)).toMatch(/^vault-damaged: /);
  expect(await failuresOf(service)).toEqual(['vault-damaged']);
  // Another reason.
  renameSync(copies, away);
  for (const attempts of [4, 5]) expect(await untilFailed(service, attempts)).toMatch(/^service-failed: /);
  expect(await failuresOf(service)).toEqual(['vault-damaged', 'service-failed']);
  renameSync(away, copies);
  writeFileSync(blob, whole);
  service.clock.now += HOUR_MS;
  await untilCopies(service, areAll('kept'));
  expect(await failuresOf(service)).toHaveLength(2);
});

test.skipIf(!IS_ROOT)(
  `[P54] a disk that takes no second copy says why, and is tried again after a wait that grows${onRootOnly}`,
  async () => {
    const copiesDir = await folder();
    const disk = smallDisk(copiesDir, 'size=4m');
    const { service } = await redundant({ copiesDir });
    disk.remount('ro');
    await recorded(service, service.key, { endUserId: 'ada' });
    for (const attempts of [1, 2, 3])
      expect(await untilFailed(service, attempts)).toMatch(/^service-failed: E/);
    expect(await failuresOf(service)).toEqual(['service-failed']);
    disk.remount('rw');
    service.clock.now += HOUR_MS;
    await untilCopies(service, areAll('kept'));
  },
);

test.skipIf(!IS_ROOT)(
  `[P54] second copies leave room on their disk, say so, and go on by themselves when there is more${onRootOnly}`,
  async () => {
    const copiesDir = await folder();
    smallDisk(copiesDir, 'size=4m');
    const { service } = await redundant({ copiesDir });
    const leaves = (bytes: number) => writeFileSync(join(copiesDir, 'other'), Buffer.alloc(4 * MIB - bytes));
    // A twentieth of it is 210 kB.
    leaves(200_000);
    await recorded(service, service.key, { endUserId: 'ada' });
    const before = filesBelow(copiesDir);
    for (const attempts of [1, 2])
      expect(await untilFailed(service, attempts)).toMatch(/^copies-disk-low: 0\.\d MB left$/);
    expect(filesBelow(copiesDir)).toEqual(before);
    expect(await failuresOf(service)).toEqual(['copies-disk-low']);
    leaves(2 * MIB);
    service.clock.now += HOUR_MS;
    await untilCopies(service, areAll('kept'));
  },
);

test('[P57] what fails while the clock is a year ahead is tried again as soon as the clock is right', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service);
  carrier.fault = () => ({ code: 'destination-unreachable' });
  service.clock.now += 400 * 24 * HOUR_MS;
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('failing'));
  carrier.fault = () => undefined;
  service.clock.now -= 400 * 24 * HOUR_MS;
  await untilCopies(service, areAll('sent'));
});

// The database is changed by hand here, which is the embedded one.
test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P54] what there is nothing to make a second copy of any more is listed as damaged, and waits longer each time',
  async () => {
    const { service } = await redundant();
    await recorded(service, service.key, { endUserId: 'ada' });
    await untilCopies(service, areAll('kept'));
    await service.close();
    const database = new DatabaseSync(join(service.dataDir, SQLITE_FILE));
    database.exec("delete from fragment; update copy set state = 'new', is_held = 0, next_at = 0");
    database.close();
    await service.restart();
    for (const attempts of [1, 2]) expect(await untilFailed(service, attempts)).toMatch(/^vault-damaged: /);
    expect(await failuresOf(service)).toEqual(['vault-damaged']);
  },
);

test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P54] a second copy that is to go and cannot be found out about is tried again after a wait that grows',
  async () => {
    const { service } = await redundant();
    await recorded(service, service.key, { endUserId: 'ada' });
    await untilCopies(service, areAll('kept'));
    await service.close();
    const database = new DatabaseSync(join(service.dataDir, SQLITE_FILE));
    database.exec("delete from fragment; update copy set state = 'leaving', next_at = 0");
    database.close();
    await service.restart();
    for (const attempts of [1, 2, 3]) {
      const [copy] = await untilCopies(service, ([one]) => one?.attempts === attempts);
      expect(copy).toMatchObject({ state: 'sent', last_error: expect.stringMatching(/^vault-damaged: /) });
      service.clock.now += 10_000 * 2 ** (attempts - 1);
    }
  },
);

test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P41] a recording whose key is destroyed already has no second copy, and is not claimed each minute',
  async () => {
    const { service } = await redundant();
    const { session } = await recorded(service, service.key, { endUserId: 'ada' });
    await untilCopies(service, areAll('kept'));
    await service.close();
    // As it is where the service is killed within a deletion.
    const database = new DatabaseSync(join(service.dataDir, SQLITE_FILE));
    database.exec("update rtstream set wrapped_key = ''; update copy set state = 'new', next_at = 0");
    database.close();
    await service.restart();
    for (const attempts of [1, 2]) {
      const [copy] = await untilCopies(service, ([one]) => one?.attempts === attempts);
      expect(copy).toMatchObject({ state: 'failing', last_error: expect.stringMatching(/^video-unknown/) });
      service.clock.now += HOUR_MS;
    }
    const left = filesBelow(join(service.dataDir, 'copies')).filter((path) => path.startsWith(session.id));
    expect(left).toEqual([]);
  },
);
