import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { restoredElsewhere } from '../trial/backups.ts';
import { filesOf } from '../trial/held.ts';
import { type Recorded, recorded } from '../trial/recorded.ts';
import { folder, must, type Trial, trial } from '../trial/service.ts';
import { makeBackup, makeVerified, verifyBackups } from './commands.ts';

type BackedUp = Trial & { readonly to: string; readonly ada: Recorded };

async function backedUp(): Promise<BackedUp> {
  const service = await trial();
  const ada = await recorded(service, service.key, { endUserId: 'ada' });
  const to = await folder();
  must(await makeBackup(service, to, { keep: 7 }));
  return Object.assign(service, { to, ada });
}

/** Changes one byte of a fragment; answers its path within the folder. */
async function rot({ to, ada }: BackedUp): Promise<string> {
  const directory = join('blobs', ada.session.id, ada.streams[0] ?? '');
  const path = join(directory, readdirSync(join(to, directory)).sort()[0] ?? '');
  const content = readFileSync(join(to, path));
  content.writeUInt8(content.readUInt8(50) ^ 1, 50);
  await writeFile(join(to, path), content);
  return path;
}

const faultsIn = async ({ dataDir, to }: BackedUp) =>
  must(await verifyBackups({ dataDir }, to, {})).map(({ damage }) => damage.map(({ path }) => path));

test('[P39] what a verification finds damaged the next backup copies again, and every backup is whole', async () => {
  const service = await backedUp();
  const { to, dataDir } = service;
  const before = filesOf(join(to, 'blobs'));
  const path = await rot(service);
  // It stays found until it is copied again.
  for (let count = 0; count < 2; count++) expect(await faultsIn(service)).toEqual([[path]]);
  expect(must(await makeBackup({ dataDir }, to, { keep: 7 }))).toMatchObject({ newBlobs: 1, blobs: 3 });
  expect(filesOf(join(to, 'blobs'))).toEqual(before);
  expect(await faultsIn(service)).toEqual([[], []]);
  const { restored } = await restoredElsewhere(service, to);
  expect(restored).toMatchObject({ blobs: 3, damage: [] });
});

test('[P39] a backup that verifies heals what is damaged in the same go', async () => {
  const service = await backedUp();
  const { to, dataDir } = service;
  const path = await rot(service);
  const { healed, verified } = must(await makeVerified({ dataDir }, to, { keep: 7 }));
  expect(healed).toMatchObject([{ path }]);
  expect(verified).toMatchObject([{ blobs: 3, damage: [] }]);
  expect(await faultsIn(service)).toEqual([[], [], []]);
});

test('a list of sums that is damaged is made good in the same way', async () => {
  const service = await backedUp();
  const { to, dataDir, ada } = service;
  const path = join(to, 'sums', ada.session.id, `${ada.streams[0]}.sha256`);
  const text = readFileSync(path, 'utf8');
  await writeFile(
    path,
    text.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  );
  expect((await faultsIn(service)).flat()).toHaveLength(1);
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  expect(readFileSync(path, 'utf8').split('\n').sort()).toEqual(text.split('\n').sort());
  expect(await faultsIn(service)).toEqual([[], []]);
});

test('what is damaged and the service does not have either is told, and not taken for there', async () => {
  const service = await backedUp();
  const { to, dataDir } = service;
  const path = await rot(service);
  await writeFile(join(dataDir, path), 'something else');
  const made = must(await makeVerified({ dataDir }, to, { keep: 7 }));
  expect(made).toMatchObject({ made: { blobs: 2, unreadable: [{ sequence: 0 }] }, healed: [] });
});
