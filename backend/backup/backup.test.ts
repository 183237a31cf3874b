import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Blobs } from '../blobs/blobs.ts';
import { blobsOnS3 } from '../blobs/s3.ts';
import { noteCommand } from '../main.ts';
import { readAudit } from '../operate.ts';
import { startService } from '../serve.ts';
import { AS_NOW } from '../store/raw-rows.ts';
import { downloaded, emptyBeside, restoredElsewhere, videosOf } from '../trial/backups.ts';
import { filesOf } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { startS3 } from '../trial/s3.ts';
import { folder, must, trial } from '../trial/service.ts';
import { backUp } from './back-up.ts';
import { listBackups, makeBackup, restoreService } from './commands.ts';
import { KEY_COLUMNS } from './dump.ts';
import { backupFolder } from './folder.ts';

test('[P39] a service that is restored elsewhere gives every recording as it was, and its log is whole', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const ada = await recorded(service, key, { endUserId: 'ada', metadata: { room: 'blue' } });
  const bob = await recorded(service, key, { endUserId: 'bob', channels: ['+mic:default', '+mic:other'] });
  const to = await folder();
  const made = must(await makeBackup({ dataDir }, to, { keep: 7 }));
  expect(made).toMatchObject({ sessions: 2, recordings: 3, blobs: 9, newBlobs: 9, unreadable: [] });

  const elsewhere = await restoredElsewhere(service, to);
  expect(elsewhere.restored).toMatchObject({ sessions: 2, blobs: 9, deleted: 0, damage: [], leftOut: [] });
  for (const { session } of [ada, bob]) {
    const videos = await videosOf(service, key, session.id);
    expect(videos.length).toBeGreaterThan(0);
    expect(await videosOf(elsewhere, key, session.id)).toEqual(videos);
    for (const video of videos)
      expect(await downloaded(elsewhere, key, video)).toBe(await downloaded(service, key, video));
  }
  const path = `/collection/default/capture/session/${ada.session.id}`;
  expect(await call(elsewhere, 'GET', path, key)).toEqual(await call(service, 'GET', path, key));
  expect(await call(elsewhere, 'GET', '/audit/verify', key)).toMatchObject({ status: 200 });
  expect(await saidIn(elsewhere.dataDir, 'service.restored')).toEqual([made.generation]);
  expect(await saidIn(dataDir, 'service.backed-up')).toEqual([made.generation]);
});

/** Objects of what the log says of an action. */
async function saidIn(dataDir: string, action: string): Promise<string[]> {
  const objects: string[] = [];
  must(
    await readAudit({ dataDir }, {}, (entry) => {
      if (entry.action === action && entry.outcome === 'done') objects.push(entry.object);
    }),
  );
  return objects;
}

test('a backup copies only what is new, and what no kept one names goes', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const to = await folder();
  const ada = await recorded(service, key, { endUserId: 'ada' });
  const first = must(await makeBackup({ dataDir }, to, { keep: 2 }));
  expect(first).toMatchObject({ blobs: 3, newBlobs: 3 });
  const bob = await recorded(service, key, { endUserId: 'bob' });
  const second = must(await makeBackup({ dataDir }, to, { keep: 2 }));
  expect(second).toMatchObject({ blobs: 6, newBlobs: 3 });
  expect(must(await listBackups(to)).map(({ generation }) => generation)).toEqual([
    first.generation,
    second.generation,
  ]);
  await call(service, 'DELETE', `/collection/default/capture/session/${ada.session.id}`, key);
  const third = must(await makeBackup({ dataDir }, to, { keep: 2 }));
  expect(third).toMatchObject({ sessions: 1, blobs: 3, newBlobs: 0 });
  expect(must(await listBackups(to)).map(({ generation }) => generation)).toEqual([
    second.generation,
    third.generation,
  ]);
  for (const part of ['blobs', 'sums']) expect(readdirSync(join(to, part))).toEqual([bob.session.id]);
});

test('what the service cannot read itself is named, and not taken for a backup', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const { session, streams } = await recorded(service, key, { endUserId: 'ada' });
  const { blobs, store } = await partsOf(service);
  const [, one] = await store.fragmentsOf(streams[0] ?? '');
  const of = { sessionId: session.id, streamId: streams[0] ?? '', take: 1, sequence: 1 };
  must(await blobs.writeSealed(of, one?.blob ?? '', Buffer.from('something else')));
  const to = await folder();
  expect(must(await makeBackup({ dataDir }, to, { keep: 7 }))).toMatchObject({
    blobs: 2,
    unreadable: [{ session: session.id, stream: of.streamId, take: 1, sequence: 1 }],
  });
  const { restored } = await restoredElsewhere(service, to);
  expect(restored).toMatchObject({ blobs: 2, damage: [] });
});

test('[P31] the master key is in no backup, and every column of wrapped keys is kept out of the generations', async () => {
  const service = await trial();
  const to = await folder();
  await recorded(service, service.key, { endUserId: 'ada' });
  must(await makeBackup(service, to, { keep: 7 }));
  const master = filesOf(service.dataDir).get('master.key') ?? Buffer.from('none');
  for (const [path, content] of filesOf(to)) {
    expect(path).not.toContain('master.key');
    expect(content.includes(master), path).toBe(false);
    expect(content.includes(master.toString('base64')), path).toBe(false);
  }
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(service.dataDir, 'tallylight.sqlite'), { readOnly: true });
  const once = AS_NOW.map((table) => `'${table}'`).join(', ');
  const columns = database
    .prepare(
      `select s.name as "table", c.name as "column" from sqlite_schema s, pragma_table_info(s.name) c
       where s.type = 'table' and c.name like '%wrapped%' and s.name not in ('service_secret', ${once})`,
    )
    .all();
  database.close();
  // One that is not among them would be in every generation, and a deletion could not take it away there.
  expect(columns.map((each) => ({ ...each }))).toEqual(KEY_COLUMNS);
});

test('an earlier backup is restored by its name, and a folder of another service is refused', async () => {
  const service = await trial();
  const to = await folder();
  const first = must(await makeBackup(service, to, { keep: 7 }));
  await noteCommand(await partsOf(service), 'default', 'something.else', '');
  await recorded(service, service.key, { endUserId: 'ada' });
  must(await makeBackup(service, to, { keep: 7 }));
  const { restored } = await restoredElsewhere(service, to, { generation: first.generation });
  expect(restored).toMatchObject({ sessions: 0, generation: first.generation });
  const other = await trial();
  expect(await makeBackup(other, to, { keep: 7 })).toMatchObject({ error: { code: 'backup-foreign' } });
  const inside = join(service.dataDir, 'backups');
  expect(await makeBackup(service, inside, { keep: 7 })).toMatchObject({ error: { code: 'usage' } });
});

test('[P39] fragments that are kept in S3 are backed up as those on a disk are', async () => {
  const s3 = await startS3();
  const service = await trial();
  const { session, streams } = await recorded(service, service.key, { endUserId: 'ada' });
  const parts = await partsOf(service);
  const elsewhere = blobsOnS3(s3.place);
  for (const { take, sequence, blob } of await parts.store.fragmentsOf(streams[0] ?? '')) {
    const of = { sessionId: session.id, streamId: streams[0] ?? '', take, sequence };
    must(await elsewhere.writeSealed(of, blob, (await parts.blobs.readSealed(of, blob)) ?? Buffer.of()));
  }
  await parts.blobs.removeSession(session.id);
  const to = await folder();
  const { dataDir } = service;
  const made = await backUp({ ...parts, blobs: elsewhere }, { dataDir }, backupFolder(to), { keep: 7 });
  expect(must(made)).toMatchObject({ blobs: 3, unreadable: [] });
  const whole = await restoredElsewhere(service, to);
  const [video = ''] = await videosOf(whole, service.key, session.id);
  await downloaded(whole, service.key, video);

  await s3.stop();
  await rm(join(to, 'sums'), { recursive: true });
  // A store that is away is no damage: nothing is said of the fragments.
  expect(
    await backUp({ ...parts, blobs: elsewhere }, { dataDir }, backupFolder(to), { keep: 7 }),
  ).toMatchObject({ error: { code: 'service-failed' } });
});

test('[P39] a service that keeps its fragments in S3 is restored to another place there', async () => {
  const s3 = await startS3();
  onTestFinished(() => s3.stop());
  const service = await trial({ blobs: s3.place });
  const { dataDir, key } = service;
  const { session } = await recorded(service, key, { endUserId: 'ada' });
  const [video = ''] = await videosOf(service, key, session.id);
  const to = await folder();
  const made = must(await makeBackup({ dataDir, variables: s3.variables }, to, { keep: 7 }));
  expect(made).toMatchObject({ blobs: 3, unreadable: [] });
  const other = await emptyBeside(dataDir);
  const variables = { ...s3.variables, TALLYLIGHT_BLOBS: 's3://recordings/elsewhere' };
  expect(must(await restoreService({ dataDir: other, variables }, to, {}))).toMatchObject({ blobs: 3 });
  expect(existsSync(join(other, 'blobs'))).toBe(false);
  const blobs = { ...s3.place, prefix: 'elsewhere' };
  const running = must(await startService({ dataDir: other, port: 0, blobs }));
  onTestFinished(() => running.close());
  expect(await downloaded(running, key, video)).toBe(await downloaded(service, key, video));
});

test('[P39] a backup that ends in the middle of a recording goes on there the next time', async () => {
  const service = await trial();
  const { dataDir, key } = service;
  await recorded(service, key, { endUserId: 'ada' });
  const parts = await partsOf(service);
  const to = await folder();
  let reads = 0;
  const blobs: Blobs = {
    ...parts.blobs,
    readSealed: (of, name) =>
      ++reads === 3 ? Promise.reject(new Error('away')) : parts.blobs.readSealed(of, name),
  };
  const cut = await backUp({ ...parts, blobs }, { dataDir }, backupFolder(to), { keep: 7 });
  expect(cut).toMatchObject({ error: { code: 'service-failed' } });
  expect(must(await makeBackup({ dataDir }, to, { keep: 7 }))).toMatchObject({ blobs: 3, newBlobs: 1 });
});

test('a drill does not get the bucket and the second copies of the service it is of, unless it is told to take them', async () => {
  const s3 = await startS3();
  onTestFinished(s3.stop);
  const copiesDir = await folder();
  const service = await trial({ blobs: s3.place, copiesDir });
  const to = await folder();
  const variables = { ...s3.variables, TALLYLIGHT_COPIES_DIR: copiesDir };
  must(await makeBackup({ dataDir: service.dataDir, variables }, to, { keep: 7 }));
  const newer = await recorded(service, service.key, { endUserId: 'ada' });
  const elsewhere = blobsOnS3(s3.place);
  onTestFinished(elsewhere.close);
  const dataDir = await emptyBeside(service.dataDir);
  const inUse = { ok: false, error: { code: 'data-in-use' } };
  for (const places of [variables, { TALLYLIGHT_COPIES_DIR: copiesDir }, s3.variables])
    expect(await restoreService({ dataDir, variables: places }, to, {})).toMatchObject(inUse);
  await service.close();
  must(await restoreService({ dataDir, variables }, to, { takeOver: true }));
  const start = async () => startService({ port: 0, dataDir, blobs: s3.place, copiesDir });
  // What is newer than the backup stays until somebody had the time to look at it.
  await must(await start()).close();
  expect(await elsewhere.sessionIds()).toEqual([newer.session.id]);
  await must(await start()).close();
  expect(await elsewhere.sessionIds()).toEqual([]);
  const config = { port: 0, dataDir: service.dataDir, blobs: s3.place, copiesDir };
  expect(await startService(config)).toMatchObject(inUse);
});

test('backups in the data folder are refused, also by a link, and a folder beside it with dots in its name is not', async () => {
  const service = await trial();
  const { dataDir } = service;
  const root = await folder();
  symlinkSync(dataDir, join(root, 'link'));
  const make = (to: string) => makeBackup({ dataDir }, to, { keep: 7 });
  for (const to of [dataDir, join(dataDir, '..x'), join(root, 'link', 'backups')])
    expect(await make(to), to).toMatchObject({ error: { code: 'usage' } });
  expect(existsSync(join(dataDir, 'backups'))).toBe(false);
  must(await make(join(root, '..data')));
});
