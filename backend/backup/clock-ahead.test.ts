import { rename } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { restoredElsewhere } from '../trial/backups.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { folder, must, trial } from '../trial/service.ts';
import { backUp } from './back-up.ts';
import { backupFolder } from './folder.ts';

const AHEAD_MS = 400 * 86_400_000;

test.each([7, 1])(
  '[P39] after a backup by a clock that was ahead the next ones are kept, and the newest made is restored (keeping %i)',
  async (keep) => {
    const to = await folder();
    const service = await trial();
    const { dataDir, key, clock } = service;
    await recorded(service, key, { endUserId: 'ada' });
    const parts = await partsOf(service);
    const { generations } = backupFolder(to);
    const backedUpAt = async (aheadMs: number) => {
      const at = { ...parts, clock: () => clock.now + aheadMs };
      return must(await backUp(at, { dataDir }, backupFolder(to), { keep })).generation;
    };
    const made = [await backedUpAt(AHEAD_MS)];
    await recorded(service, key, { endUserId: 'bob' });
    for (const time of [0, 1, 2]) {
      made.push(await backedUpAt(time));
      expect(await generations()).toEqual(made.slice(-keep));
    }
    expect((await restoredElsewhere(service, to)).restored).toMatchObject({ sessions: 2 });
  },
);

test('[P39] backups that an earlier version named by their time alone come before those with a number', async () => {
  const to = await folder();
  const service = await trial();
  const { dataDir, key } = service;
  const parts = await partsOf(service);
  const place = backupFolder(to);
  const make = async () => must(await backUp(parts, { dataDir }, place, { keep: 2 })).generation;
  // By a clock that was ahead.
  const old = '2031-02-05T000000Z';
  await rename(place.generationPath(await make()), place.generationPath(old));
  await recorded(service, key, { endUserId: 'ada' });
  const second = await make();
  expect(await place.generations()).toEqual([old, second]);
  const third = await make();
  expect(await place.generations()).toEqual([second, third]);
  expect((await restoredElsewhere(service, to)).restored).toMatchObject({ sessions: 1 });
});

test('[P39] a service whose clock was put right backs itself up once for that, and then each day again', async () => {
  const to = await folder();
  const service = await trial({ backups: { to, lookMs: 20 } });
  const { generations } = backupFolder(to);
  const wait = { timeout: 20_000 };
  await vi.waitUntil(async () => (await generations()).length === 1, wait);
  service.clock.now += AHEAD_MS;
  await vi.waitUntil(async () => (await generations()).length === 2, wait);
  service.clock.now -= AHEAD_MS;
  await vi.waitUntil(async () => (await generations()).length === 3, wait);
  const three = await generations();
  // One that were due at every look would be there before this one.
  service.clock.now += 86_400_000;
  await vi.waitUntil(async () => (await generations()).length > 3, wait);
  const four = await generations();
  expect(four.slice(0, 3)).toEqual(three);
  expect(four.at(-1)).toMatch(/^000004-2030-01-02T/);
});
