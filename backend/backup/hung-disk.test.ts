import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Blobs } from '../blobs/blobs.ts';
import { holdingUnpacked, wrappedKeys } from '../trial/backups.ts';
import { type FrozenDisk, frozenDisk, whyNoFrozenDisk } from '../trial/frozen-disk.ts';
import { takeOf } from '../trial/media.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { backUp } from './back-up.ts';
import { makeBackup } from './commands.ts';
import { backupFolder } from './folder.ts';

const why = whyNoFrozenDisk();

function disk(): FrozenDisk {
  const made = frozenDisk();
  onTestFinished(made.remove);
  return made;
}

/** Recorders are served, and so is who asks how the service is, all while the disk hangs. */
async function servesAll(service: Trial, { isFrozen }: FrozenDisk): Promise<void> {
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  await recorded(service, service.key, { endUserId: 'eve' });
  expect(isFrozen()).toBe(true);
}

test('[P39][P41] a deletion while the disk of the backups hangs waits, and the service serves everybody else meanwhile', async ({
  skip,
}) => {
  skip(why !== '', why);
  const place = disk();
  const to = join(place.path, 'backups');
  const service = await trial({ backups: { to } });
  const { generations } = backupFolder(to);
  await vi.waitUntil(async () => (await generations()).length === 1, { timeout: 20_000 });
  const { key, dataDir, log } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const wrapped = wrappedKeys(dataDir).get(ada.session.id) ?? '';
  expect(holdingUnpacked(to, wrapped)).toHaveLength(1);
  place.freeze();
  const path = `/collection/default/capture/session/${ada.session.id}`;
  const deleting = call(service, 'DELETE', path, key);
  await servesAll(service, place);
  expect(await deleting).toMatchObject({ status: 200, data: { waits: true } });
  // The next one is not patient with it again.
  expect(await call(service, 'DELETE', '/user/bob/data', key)).toMatchObject({ status: 503 });
  expect(place.isFrozen()).toBe(true);
  expect(log).toContainEqual(expect.objectContaining({ type: 'fault', error_code: 'backup-unreachable' }));
  place.thaw();
  await vi.waitUntil(async () => (await call(service, 'DELETE', '/user/bob/data', key)).status === 200, {
    timeout: 20_000,
  });
  expect(holdingUnpacked(to, wrapped)).toEqual([]);
}, 120_000);

test('[P39] a disk that hangs in the middle of a backup stops no recorder, and the backup is made once it is back', async ({
  skip,
}) => {
  skip(why !== '', why);
  const place = disk();
  const to = join(place.path, 'backups');
  const service = await trial();
  const { dataDir, key } = service;
  const { streams, token } = await recorded(service, key, { endUserId: 'ada', until: 'started' });
  const take = takeOf({ seconds: 8 });
  expect(take.length).toBeGreaterThan(8);
  await deliver(service, streams[0] ?? '', take, token);
  const parts = await partsOf(service);
  let [reads, isHung] = [0, false];
  const blobs: Blobs = {
    ...parts.blobs,
    async readSealed(of, name) {
      const sealed = await parts.blobs.readSealed(of, name);
      reads++;
      if (!isHung) place.freeze();
      isHung = true;
      return sealed;
    },
  };
  const making = backUp({ ...parts, blobs }, { dataDir }, backupFolder(to), { keep: 7 });
  await vi.waitUntil(() => reads > 1, { timeout: 20_000 });
  await servesAll(service, place);
  place.thaw();
  expect(must(await making)).toMatchObject({ blobs: take.length, unreadable: [] });
}, 120_000);
