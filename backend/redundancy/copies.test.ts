import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blobsOnDisk } from '../blobs/disk.ts';
import { startService } from '../serve.ts';
import { areAll, copiesIn, entriesOf, filesBelow, redundant, untilCopies } from '../trial/copies.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { folder, must, type Trial, trial } from '../trial/service.ts';
import { redundantBlobs } from './redundant-blobs.ts';

const foldersOf = ({ dataDir }: Trial) => ({
  blobs: join(dataDir, 'blobs'),
  copies: join(dataDir, 'copies'),
});

async function download({ url, key }: Trial, id: string): Promise<Buffer> {
  const response = await fetch(`${url}/video/${id}/download`, { headers: { 'x-access-token': key } });
  return Buffer.from(await response.arrayBuffer());
}

async function sha256Of({ url, key }: Trial, id: string): Promise<string> {
  const response = await fetch(`${url}/video/${id}/download.sha256`, { headers: { 'x-access-token': key } });
  return (await response.text()).split(' ')[0] ?? '';
}

test('[P54] every finished recording has a second copy, byte for byte what is sealed, and it stays where nothing else is set', async () => {
  const { service } = await redundant();
  const channels = ['+mic:default', '+display:1', 'system_audio:default'];
  const running = await recorded(service, service.key, { endUserId: 'bob', until: 'delivered' });
  const { session } = await recorded(service, service.key, { endUserId: 'ada', channels });
  const copies = await untilCopies(service, areAll('kept'));
  expect(copies.map(({ video_id }) => video_id).sort()).toEqual(session.videos.map(({ id }) => id).sort());
  expect(copies.every(({ held, attempts, last_error }) => held && attempts === 0 && last_error === '')).toBe(
    true,
  );
  const { blobs, copies: second } = foldersOf(service);
  const kept = filesBelow(second);
  expect(kept).toEqual(filesBelow(blobs).filter((path) => !path.startsWith(running.session.id)));
  expect(kept.length).toBeGreaterThan(1);
  for (const path of kept) expect(readFileSync(join(second, path))).toEqual(readFileSync(join(blobs, path)));
  const made = (await entriesOf(service)).filter(({ action }) => action === 'copy.made');
  expect(made.map(({ object }) => object).sort()).toEqual(copies.map(({ video_id }) => video_id).sort());
});

test('[P54] the second copies are in the folder that was named, and what was recorded before there were any gets one', async () => {
  const copiesDir = await folder();
  const service = await trial({ copiesDir, webhooks: { lookMs: 50 } });
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  expect(filesBelow(copiesDir)).toEqual(filesBelow(foldersOf(service).blobs));
  // As where its disk is not mounted: nothing is made in its place, and it is told once.
  const kept = join(copiesDir, '..', `${basename(copiesDir)}-elsewhere`);
  onTestFinished(() => rmSync(kept, { recursive: true, force: true }));
  renameSync(copiesDir, kept);
  mkdirSync(copiesDir);
  await service.restart();
  await recorded(service, service.key, { endUserId: 'bob' });
  await untilCopies(service, (copies) => copies.some(({ state }) => state === 'failing'));
  expect(readdirSync(copiesDir)).toEqual([]);
  const told = service.log.filter((line) => line.type === 'fault' && line.cause.includes('mounted'));
  expect(told).toHaveLength(1);
  // The disk is there again, and then a new one is in its place.
  rmSync(copiesDir, { recursive: true });
  renameSync(kept, copiesDir);
  service.clock.now += 3600_000;
  await untilCopies(service, areAll('kept'));
  rmSync(copiesDir, { recursive: true });
  mkdirSync(copiesDir);
  writeFileSync(join(copiesDir, 'tallylight-service'), '');
  await service.restart();
  await expect
    .poll(() => filesBelow(copiesDir), { timeout: 20_000 })
    .toEqual(filesBelow(foldersOf(service).blobs));
});

test('[P39][P54] what is missing or damaged is read from the second copy, put back, and told in log and audit', async () => {
  const { service } = await redundant();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  const [video] = session.videos;
  if (video === undefined) throw new Error('there is a video');
  const whole = await download(service, video.id);
  const { blobs } = foldersOf(service);
  const before = filesBelow(blobs).map((path) => [path, readFileSync(join(blobs, path))] as const);
  for (const spoil of [
    (path: string) => rmSync(path),
    (path: string) => writeFileSync(path, ''),
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
  ]) {
    for (const [path] of before) spoil(join(blobs, path));
    expect(await download(service, video.id)).toEqual(whole);
    for (const [path, bytes] of before) expect(readFileSync(join(blobs, path))).toEqual(bytes);
  }
  expect(await sha256Of(service, video.id)).toBe(video.sha256);
  const told = service.log.flatMap((line) => (line.type === 'fault' ? [line.cause] : []));
  expect(told).toHaveLength(3 * before.length);
  // Several are read at a time.
  expect(told.every((cause) => /^rts-\S+ 1\/\d+ was put back from its second copy$/.test(cause))).toBe(true);
  // Once for the stream within the hour: a lost disk must not drown the log of who did what.
  const entries = (await entriesOf(service)).filter(({ action }) => action === 'copy.restored');
  expect(entries.map(({ actor, outcome }) => [actor, outcome])).toEqual([['system', 'done']]);
});

test('[P41][P54] a blob is put back from its second copy only while its stream is there', async () => {
  const root = await folder();
  const [primary, copies] = [blobsOnDisk(join(root, 'blobs')), blobsOnDisk(join(root, 'copies'))];
  const of = { sessionId: 'cap-1', streamId: 'rts-1', take: 1, sequence: 0 };
  const key = randomBytes(32);
  const name = must(await primary.write(of, key, Buffer.from('media')));
  must(await copies.writeSealed(of, name, (await primary.readSealed(of, name)) ?? Buffer.alloc(0)));
  for (const isThere of [true, false]) {
    const restored: string[] = [];
    const note = async ({ streamId }: { streamId: string }) => void restored.push(streamId);
    const blobs = redundantBlobs(primary, copies, async () => isThere, note);
    await primary.remove(of, name);
    expect(Buffer.from(must(await blobs.read(of, name, key))).toString()).toBe('media');
    // What is being deleted is not put back behind whoever deletes it.
    expect([isThere, restored.length]).toEqual([isThere, isThere ? 1 : 0]);
    expect((await primary.readSealed(of, name)) !== undefined).toBe(isThere);
  }
});

test('[P41][P54] what is deleted while it is put back from its second copy is not there afterwards', async () => {
  const root = await folder();
  const [primary, copies] = [blobsOnDisk(join(root, 'blobs')), blobsOnDisk(join(root, 'copies'))];
  const of = { sessionId: 'cap-1', streamId: 'rts-1', take: 1, sequence: 0 };
  const key = randomBytes(32);
  const name = must(await primary.write(of, key, Buffer.from('media')));
  must(await copies.writeSealed(of, name, (await primary.readSealed(of, name)) ?? Buffer.alloc(0)));
  await primary.remove(of, name);
  let isThere = true;
  const restored: string[] = [];
  const racing = {
    ...copies,
    async readSealed(...asked: Parameters<typeof copies.readSealed>) {
      const sealed = await copies.readSealed(...asked);
      // Whoever deletes it destroys its key first, and is done before the other writes.
      isThere = false;
      await blobs.removeStream(of.sessionId, of.streamId);
      return sealed;
    },
  };
  const blobs = redundantBlobs(
    primary,
    racing,
    async () => isThere,
    async ({ streamId }) => void restored.push(streamId),
  );
  await blobs.read(of, name, key);
  expect(filesBelow(root)).toEqual([]);
  expect(restored).toEqual([]);
});

test('[P54] damage is not copied: where the first copy is spoilt before there is a second, that is told and tried again', async () => {
  const { service } = await redundant();
  const { session, streams } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  const { blobs, copies } = foldersOf(service);
  for (const name of readdirSync(copies))
    if (name.startsWith('cap-')) rmSync(join(copies, name), { recursive: true });
  const [path] = filesBelow(blobs);
  const bytes = readFileSync(join(blobs, path ?? ''));
  writeFileSync(join(blobs, path ?? ''), Buffer.alloc(bytes.length));
  await service.restart();
  const [copy] = await untilCopies(service, areAll('failing'));
  expect(copy).toMatchObject({ held: false, session_id: session.id });
  expect(copy?.last_error).toContain(`vault-damaged: ${streams[0]}`);
  expect(filesBelow(copies)).not.toContain(path);
  writeFileSync(join(blobs, path ?? ''), bytes);
  service.clock.now += 10_000;
  await untilCopies(service, areAll('kept'));
  expect(filesBelow(copies)).toEqual(filesBelow(blobs));
});

const DELETIONS: { readonly [how: string]: (service: Trial, ids: Ids) => Promise<unknown> } = {
  recording: (service, { video }) => call(service, 'DELETE', `/video/${video}`, service.key),
  session: (service, { session }) =>
    call(service, 'DELETE', `/collection/calls/capture/session/${session}`, service.key),
  person: (service) => call(service, 'DELETE', '/user/ada/data', service.key),
  collection: (service) => call(service, 'DELETE', '/collection/calls', service.key),
  'consent that was taken back': (service, { session, token }) =>
    call(service, 'POST', `/capture/session/${session}/consent/revoke`, token, {
      ...{ channel_id: 'mic:default', erase: true, at_ms: 1 },
    }),
};
type Ids = { readonly session: string; readonly video: string; readonly token: string };

test.each(Object.keys(DELETIONS))(
  '[P17][P41][P54] the second copy goes with the deletion of its %s, and that of others stays',
  async (how) => {
    const { service } = await redundant();
    await call(service, 'POST', '/collection', service.key, { id: 'calls', name: 'Calls' });
    const other = await recorded(service, service.key, { endUserId: 'bob' });
    const mine = await recorded(service, service.key, { endUserId: 'ada', collection: 'calls' });
    await untilCopies(service, areAll('kept'));
    const ids = { session: mine.session.id, video: mine.session.videos[0]?.id ?? '', token: mine.token };
    const { copies } = foldersOf(service);
    const isOf = (id: string) => filesBelow(copies).filter((path) => path.startsWith(id)).length;
    expect([isOf(mine.session.id), isOf(other.session.id)]).not.toContain(0);
    expect(await DELETIONS[how]?.(service, ids)).toMatchObject({ status: 200 });
    expect([how, isOf(mine.session.id)]).toEqual([how, 0]);
    expect(isOf(other.session.id)).toBeGreaterThan(0);
    expect(await copiesIn(service)).toHaveLength(1);
    // Not by a start either, which looks for what has no copy.
    await service.restart();
    await untilCopies(service, areAll('kept'));
    expect(isOf(mine.session.id)).toBe(0);
  },
);

test('the folder of second copies of another service is refused', async () => {
  const copiesDir = await folder();
  await trial({ copiesDir });
  const other = await startService({ port: 0, dataDir: await folder(), copiesDir });
  if (other.ok) await other.value.close();
  expect(other).toMatchObject({ ok: false, error: { code: 'setting-refused' } });
});
