import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { VideoView } from '../../contract/wire.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { blobContext } from '../blobs/context.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { LogLine } from '../log.ts';
import { open } from '../secrets/seal.ts';
import { deleteSession } from '../session/delete.ts';
import type { Store } from '../store/store.ts';
import { holdingUnpacked, restoredElsewhere, videosOf, wrappedKeys } from '../trial/backups.ts';
import { DESTINATION, redundant, setDestination } from '../trial/copies.ts';
import { filesOf, rowsOf } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { type Recorded, recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { folder, must, type Trial, trial } from '../trial/service.ts';
import { backUp } from './back-up.ts';
import { makeBackup } from './commands.ts';
import { backupFolder } from './folder.ts';
import { keysOfSession } from './keys.ts';

const pathOf = ({ session }: Pick<Recorded, 'session'>) =>
  `/collection/default/capture/session/${session.id}`;

/** A service that knows the folder of its backups, with a first one in it. */
async function backedUp(): Promise<Trial & { readonly to: string }> {
  const to = await folder();
  const service = await trial({ backups: { to } });
  const { generations } = backupFolder(to);
  await vi.waitUntil(async () => (await generations()).length === 1, { timeout: 20_000 });
  return Object.assign(service, { to });
}

/** The wrapped keys of a session and its streams, which are somewhere in the backups. */
function keysIn(service: Trial & { readonly to: string }, { session, streams }: Recorded): string[] {
  const all = wrappedKeys(service.dataDir);
  const keys = [session.id, ...streams].map((id) => all.get(id) ?? '');
  for (const key of keys)
    expect(holdingUnpacked(service.to, key)).toEqual([`keys/sessions/${session.id}.json`]);
  return keys;
}

test('[P41] a recording that is deleted opens in no backup from before, and no restore brings it back', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  const bob = await recorded(service, key, { endUserId: 'bob' });
  const before = must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const sealed = [...filesOf(join(to, 'blobs', ada.session.id))].map(([, content]) => content);
  expect(sealed).toHaveLength(3);
  const keys = keysIn(service, ada);

  expect(await call(service, 'DELETE', pathOf(ada), key)).toMatchObject({
    status: 200,
    data: { waits: false },
  });
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);
  expect(filesOf(join(to, 'blobs', bob.session.id)).size).toBe(3);

  const elsewhere = await restoredElsewhere(service, to, { generation: before.generation });
  expect(elsewhere.restored).toMatchObject({ sessions: 1, deleted: 1, blobs: 3 });
  expect(await call(elsewhere, 'GET', pathOf(ada), key)).toMatchObject({ status: 404 });
  expect(await videosOf(elsewhere, key, bob.session.id)).toHaveLength(1);
  expect(rowsOf(elsewhere.dataDir, 'select session_id, channel_id from tombstone')).toMatchObject([
    { session_id: ada.session.id, channel_id: '' },
  ]);
  // Somebody kept the bytes of the blobs, and has the backup with its master key: nothing there opens them.
  const { keyring, store } = await partsOf(elsewhere);
  const all = await store.streamsOf(await store.sessionIds());
  for (const stream of all) {
    const session = must({ ok: true, value: await store.session(stream.sessionId) });
    if (session === undefined) throw new Error('a stream has a session');
    const mine = streamKey(keyring, session, stream);
    for (const sequence of [0, 1, 2])
      for (const bytes of sealed) {
        const of = { sessionId: ada.session.id, streamId: ada.streams[0] ?? '', take: 1, sequence };
        expect(open(mine, bytes, blobContext(of))).toBeUndefined();
      }
  }
});

test('[P41] of a recording deleted by channel, or erased with the consent, the key goes out of the backups', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const two = await recorded(service, key, { endUserId: 'ada', channels: ['+mic:default', '+mic:other'] });
  const live = await recorded(service, key, { endUserId: 'bob', until: 'delivered' });
  const before = must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const [, first = '', second = ''] = keysIn(service, two);
  const [, erased = ''] = keysIn(service, live);
  const { data: view } = await call<{ videos: VideoView[] }>(service, 'GET', pathOf(two), key);
  const video = view.videos.find(({ rtstream_id: id }) => id === two.streams[0]);
  await call(service, 'DELETE', `/video/${video?.id}`, key);
  const revoke = { channel_id: 'mic:default', erase: true, at_ms: 1000 };
  const path = `/capture/session/${live.session.id}/consent/revoke`;
  expect(await call(service, 'POST', path, live.token, revoke)).toMatchObject({ status: 200 });
  for (const gone of [first, erased]) expect(holdingUnpacked(to, gone)).toEqual([]);
  expect(holdingUnpacked(to, second)).toHaveLength(1);

  const elsewhere = await restoredElsewhere(service, to, { generation: before.generation });
  expect(elsewhere.restored).toMatchObject({ sessions: 2, blobs: 3 });
  expect(await videosOf(elsewhere, key, two.session.id)).toHaveLength(1);
  // The consent that was taken back since is taken back there, too.
  const streams = rowsOf(
    elsewhere.dataDir,
    "select id from rtstream where wrapped_key = '' and revoked_at > 0",
  );
  expect(streams.map(({ id }) => id).sort()).toEqual([two.streams[0], live.streams[0]].sort());
});

test('[P20][P41] a person who is erased stays erased in a backup from before', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  await recorded(service, key, { endUserId: 'bob' });
  const before = must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = keysIn(service, ada);
  const links = (at: string) => rowsOf(at, 'select distinct subject from audit_subject');
  expect(links(dataDir)).toHaveLength(2);
  expect(await call(service, 'DELETE', '/user/ada/data', key)).toMatchObject({ status: 200 });
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);

  const elsewhere = await restoredElsewhere(service, to, { generation: before.generation });
  expect(elsewhere.restored).toMatchObject({ sessions: 1, deleted: 1 });
  expect(links(elsewhere.dataDir)).toEqual(links(dataDir));
  expect(links(elsewhere.dataDir)).toHaveLength(1);
  const requests = 'select id, kind from rights_request';
  expect(rowsOf(elsewhere.dataDir, requests)).toEqual(rowsOf(dataDir, requests));
});

test('[P41] an erasure is not signed while the backups cannot be reached, and is finished when they can', async () => {
  const service = await backedUp();
  const { key, dataDir, to, log } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  const bob = await recorded(service, key, { endUserId: 'bob' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = [...keysIn(service, ada), ...keysIn(service, bob)];
  await rename(to, `${to}-away`);
  expect(await call(service, 'DELETE', '/user/ada/data', key)).toMatchObject({
    status: 503,
    error_code: 'erasure-waits',
  });
  const other = await call(service, 'DELETE', pathOf(bob), key);
  expect(other).toMatchObject({ status: 200, data: { waits: true } });
  expect(log).toContainEqual(expect.objectContaining({ type: 'fault', error_code: 'backup-unreachable' }));
  await rename(`${to}-away`, to);
  // Whatever became of the service meanwhile: its next start goes on.
  await service.restart();
  await vi.waitUntil(() => keys.every((wrapped) => holdingUnpacked(to, wrapped).length === 0), {
    timeout: 20_000,
  });
  const done = "select id from rights_request where status = 'done'";
  await vi.waitUntil(() => rowsOf(dataDir, done).length === 1, { timeout: 20_000 });
});

test('[P41] an erasure that waits for the backups is not signed by a service that starts while they are away', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  const bob = await recorded(service, key, { endUserId: 'bob' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = [...keysIn(service, ada), ...keysIn(service, bob)];
  const statuses = () => rowsOf(dataDir, 'select status from rights_request').map(({ status }) => status);
  const waits = (log: readonly LogLine[]) =>
    log.filter((line) => 'cause' in line && line.cause?.includes('wait for the backups'));
  await rename(to, `${to}-away`);
  expect(await call(service, 'DELETE', '/user/ada/data', key)).toMatchObject({ status: 503 });
  await call(service, 'DELETE', pathOf(bob), key);
  service.log.length = 0;
  await service.restart();
  // It has looked, and found them away.
  await vi.waitUntil(() => waits(service.log).length > 0, { timeout: 20_000 });
  expect(statuses()).toEqual(['open']);
  expect(await call(service, 'DELETE', '/user/ada/data', key)).toMatchObject({ status: 503 });
  expect(statuses()).toEqual(['open', 'open']);
  await rename(`${to}-away`, to);
  // Any deletion goes on with all that waits, of whichever instance; else the next minute does.
  expect(await call(service, 'DELETE', '/user/eve/data', key)).toMatchObject({ status: 200 });
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);
  await service.restart();
  await vi.waitUntil(() => statuses().every((status) => status === 'done'), { timeout: 20_000 });
});

test('[P41] what a process deletes that does not know the backups goes out of them by the service', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = keysIn(service, ada);
  must(await deleteSession(await partsOf(service), ada.session.id));
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toHaveLength(1);
  await service.restart();
  await vi.waitUntil(() => keys.every((wrapped) => holdingUnpacked(to, wrapped).length === 0), {
    timeout: 20_000,
  });
});

test('[P41] without a folder that the service knows, the next backup takes the key away', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const to = await folder();
  const ada = await recorded(service, key, { endUserId: 'ada' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = keysIn(Object.assign(service, { to }), ada);
  await call(service, 'DELETE', pathOf(ada), key);
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);
  expect(await keysOfSession(backupFolder(to), ada.session.id)).toMatchObject({ session: null, streams: {} });
});

test('[P41] a deletion in the middle of a backup is not undone by it', async () => {
  const service = await backedUp();
  const { key, dataDir, to } = service;
  const all: Recorded[] = [];
  for (let index = 0; index < 8; index++) all.push(await recorded(service, key, { endUserId: `p${index}` }));
  const keys = [...wrappedKeys(dataDir).values()];
  expect(keys).toHaveLength(16);
  const making = Promise.all([makeBackup({ dataDir }, to, { keep: 7 })]);
  for (const one of all)
    expect(await call(service, 'DELETE', pathOf(one), key)).toMatchObject({ status: 200 });
  must((await making)[0]);
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);
  const { restored } = await restoredElsewhere(service, to);
  expect(restored.sessions).toBe(0);
});

test('[P41] what is deleted after the snapshot and before its keys or blobs are copied is no damage of the backup', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const to = await folder();
  const early = await recorded(service, key, { endUserId: 'ada' });
  const late = await recorded(service, key, { endUserId: 'bob' });
  const kept = await recorded(service, key, { endUserId: 'eve' });
  const parts = await partsOf(service);
  const remove = async (one: Recorded) => void (await call(service, 'DELETE', pathOf(one), key));
  const store: Store = {
    ...parts.store,
    // Asked for after the snapshot, and before the keys.
    people: async () => {
      await remove(early);
      return parts.store.people();
    },
  };
  const blobs: Blobs = {
    ...parts.blobs,
    readSealed: async (of, name) => {
      if (of.sessionId === late.session.id) await remove(late);
      return parts.blobs.readSealed(of, name);
    },
  };
  const made = must(await backUp({ ...parts, store, blobs }, { dataDir }, backupFolder(to), { keep: 7 }));
  expect(made).toMatchObject({ sessions: 3, recordings: 1, blobs: 3, unreadable: [] });
  const keys = wrappedKeys(dataDir);
  expect([...keys.keys()].sort()).toEqual([kept.session.id, ...kept.streams].sort());
  expect(await keysOfSession(backupFolder(to), late.session.id)).toMatchObject({ session: null });
  const { restored } = await restoredElsewhere(service, to);
  expect(restored).toMatchObject({ sessions: 1, deleted: 2, damage: [] });
});

test('[P41][P49] a destination that is taken away opens in no backup, and no restore brings it back', async () => {
  const to = await folder();
  const { service } = await redundant({ backups: { to } });
  const { key, dataDir } = service;
  await vi.waitUntil(async () => (await backupFolder(to).generations()).length === 1, { timeout: 20_000 });
  expect(await setDestination(service)).toMatchObject({ status: 200 });
  const before = must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const [row] = rowsOf(dataDir, 'select wrapped_key, sealed from destination');
  const texts = [String(row?.wrapped_key), String(row?.sealed)];
  for (const text of texts) expect(holdingUnpacked(to, text)).toEqual(['keys/people.json']);
  const asItWas = await restoredElsewhere(service, to, { generation: before.generation });
  expect(rowsOf(asItWas.dataDir, 'select wrapped_key, sealed from destination')).toEqual([row]);
  expect(await call(service, 'DELETE', DESTINATION, key)).toMatchObject({ status: 200 });
  for (const text of texts) expect(holdingUnpacked(to, text)).toEqual([]);
  const elsewhere = await restoredElsewhere(service, to, { generation: before.generation });
  expect(rowsOf(elsewhere.dataDir, 'select id from destination')).toEqual([]);
});

/** A process that holds the lock of the keys, and is stopped. */
async function stoppedHolder(to: string): Promise<ChildProcess> {
  const lock = join(import.meta.dirname, '..', 'lock.ts');
  const work = `import { claim } from ${JSON.stringify(pathToFileURL(lock).href)};
    const claimed = claim(${JSON.stringify(join(to, 'keys'))});
    console.log(claimed.ok ? 'held' : 'not');
    setInterval(() => claimed.ok, 1000);`;
  const args = ['--no-warnings', '--input-type=module', '-e', work];
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [said] = await once(holder.stdout, 'data');
  expect(String(said)).toBe('held\n');
  holder.kill('SIGSTOP');
  return holder;
}

test('[P41] a backup that was stopped while it writes keys holds up no deletion: it waits, and is done after', async () => {
  const service = await backedUp();
  const { key, dataDir, to, log } = service;
  const ada = await recorded(service, key, { endUserId: 'ada' });
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  const keys = keysIn(service, ada);
  const holder = await stoppedHolder(to);
  // Both are patient with it, side by side.
  const [deleted, backup] = await Promise.all([
    call(service, 'DELETE', pathOf(ada), key),
    makeBackup({ dataDir }, to, { keep: 7 }),
  ]);
  expect(deleted).toMatchObject({ status: 200, data: { waits: true } });
  expect(log).toContainEqual(expect.objectContaining({ type: 'fault', error_code: 'backup-unreachable' }));
  expect(backup).toMatchObject({
    error: { code: 'backup-unreachable', detail: expect.stringContaining('another process') },
  });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  must(await makeBackup({ dataDir }, to, { keep: 7 }));
  for (const wrapped of keys) expect(holdingUnpacked(to, wrapped)).toEqual([]);
});
