import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { blobsOnDisk } from '../blobs/disk.ts';
import { streamKey } from '../blobs/stream-key.ts';
import { createKey } from '../main.ts';
import type { Parts } from '../parts.ts';
import { exportOf } from '../trial/admin.ts';
import { filesOf, holding, rowsOf } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { type Recorded, recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { aSession } from '../trial/records.ts';
import { folder, must, type Trial, trial } from '../trial/service.ts';
import { listen } from '../trial/subscriber.ts';
import { unzipped } from '../trial/unzipped.ts';
import { type ErasedPerson, erasePerson, finishErasures } from './erase.ts';
import { rightsRequests } from './requests.ts';

const erase = (service: Trial, person: string, key = service.key) =>
  call<ErasedPerson>(service, 'DELETE', `/user/${person}/data`, key);

async function exportedPaths(service: Trial, person: string, key = service.key): Promise<readonly string[]> {
  const answer = await exportOf(service, key, person);
  const archive = await unzipped(Buffer.from(await answer.arrayBuffer()));
  return [...archive.paths, `audit.jsonl: ${archive.text('audit.jsonl')}`];
}

const NOTHING = ['README.txt', 'SHA256SUMS', 'audit.jsonl', 'jwks.json', 'manifest.jws', 'audit.jsonl: '];

/** Everything of a session in the database, byte for byte. */
function rowsAbout(dataDir: string, { session }: Recorded) {
  const of = `session_id = '${session.id}'`;
  const streams = `select id from rtstream where ${of}`;
  return [
    rowsOf(dataDir, `select * from capture_session where id = '${session.id}'`),
    rowsOf(dataDir, `select * from rtstream where ${of} order by id`),
    rowsOf(
      dataDir,
      `select * from fragment where stream_id in (${streams}) order by stream_id, take, sequence`,
    ),
    rowsOf(dataDir, `select * from video where ${of} order by id`),
  ];
}

function blobsOf(dataDir: string, { session }: Recorded): string[] {
  const files = [...filesOf(dataDir)].filter(([path]) => path.includes(session.id));
  return files
    .map(([path, content]) => `${path} ${createHash('sha256').update(content).digest('hex')}`)
    .sort();
}

describe('an erasure', () => {
  test('[P20][P26][P38] takes all of one person, and leaves everybody else as they were, byte for byte', async () => {
    const service = await trial();
    const { key, dataDir } = service;
    const channels = ['+mic:default', 'display:1'];
    const callbackUrl = 'https://hooks.example.org/ada';
    const stopped = await recorded(service, key, { endUserId: 'ada', channels, callbackUrl });
    const running = await recorded(service, key, { endUserId: 'ada', channels, until: 'delivered' });
    const made = await recorded(service, key, { endUserId: 'ada', until: 'created' });
    const bob = await recorded(service, key, { endUserId: 'bob' });
    const listener = await listen(`${service.url}/rtstream/${running.streams[0]}/live`, key);
    const open = await call<{ token: string }>(service, 'POST', '/capture/session/token', key, {
      end_user_id: 'ada',
    });
    await exportedPaths(service, 'ada');
    const before = { rows: rowsAbout(dataDir, bob), blobs: blobsOf(dataDir, bob) };

    const { status, data } = await erase(service, 'ada');
    expect({ status, data }).toMatchObject({ status: 200, data: { sessions: 3, recordings: 2 } });
    expect({ rows: rowsAbout(dataDir, bob), blobs: blobsOf(dataDir, bob) }).toEqual(before);
    // Whatever was heard before, the socket ends.
    while ((await listener.next()) !== undefined);

    for (const { session, token } of [stopped, running, made]) {
      expect(rowsAbout(dataDir, { session, token, streams: [], take: [] })).toEqual([[], [], [], []]);
      expect(existsSync(join(dataDir, 'blobs', session.id))).toBe(false);
      const path = `/collection/default/capture/session/${session.id}`;
      expect(await call(service, 'GET', path, key)).toMatchObject({ status: 404 });
    }
    for (const token of [stopped.token, running.token, open.data.token])
      expect(await call(service, 'GET', `/capture/session/${running.session.id}`, token)).toMatchObject({
        status: 401,
      });
    expect(await exportedPaths(service, 'ada')).toEqual(NOTHING);
    expect(await exportedPaths(service, 'bob')).toContain(`sessions/${bob.session.id}/session.json`);
    // Of what was to be told, only that it was deleted.
    const letters = rowsOf(dataDir, `select event from outbox where session_id = '${stopped.session.id}'`);
    expect(letters).toEqual([{ event: 'capture_session.deleted' }]);
    // And once more, which is no error.
    expect(await erase(service, 'ada')).toMatchObject({ data: { sessions: 0, recordings: 0 } });
    expect(await exportedPaths(service, 'ada')).toEqual(NOTHING);
  });

  test('[P20] is answered with a signed receipt that counts and names nobody', async () => {
    const service = await trial();
    const { session, streams } = await recorded(service, service.key, { endUserId: 'ada' });
    const { data } = await erase(service, 'ada');
    const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(data.receipt, keys, { typ: 'tallylight-erasure+jwt' });
    const digest = (id: string) => createHash('sha256').update(`${id}\n`).digest('hex');
    expect(payload).toEqual({
      id: data.id,
      iat: service.clock.now / 1000,
      requested_at: service.clock.now / 1000,
      environment: 'production',
      sessions: 1,
      recordings: 1,
      sessions_sha256: digest(session.id),
      recordings_sha256: digest(streams[0] ?? ''),
      copies_left: 0,
      copies_left_sha256: createHash('sha256').digest('hex'),
    });
    const parts = await partsOf(service);
    expect(await rightsRequests(parts, 'default')).toMatchObject([
      { id: data.id, kind: 'erase', status: 'done', endUserId: null, receipt: data.receipt, sessions: 1 },
    ]);
  });

  test('[P20][P41] signs for nothing while another program keeps the keys readable, holds up nobody, and is finished after', async () => {
    const service = await trial();
    const { session } = await recorded(service, service.key, { endUserId: 'ada' });
    const [row] = rowsOf(
      service.dataDir,
      `select wrapped_key from capture_session where id = '${session.id}'`,
    );
    const key = String(row?.wrapped_key);
    const reader = new DatabaseSync(join(service.dataDir, 'tallylight.sqlite'), { readOnly: true });
    reader.exec('begin; select count(*) from capture_session');
    const erasing = erase(service, 'ada');
    let isAnswered = false;
    erasing.finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect(await erasing).toMatchObject({ status: 503, error_code: 'erasure-waits' });
    const parts = await partsOf(service);
    expect(await rightsRequests(parts, 'default')).toMatchObject([{ status: 'open', receipt: null }]);
    expect(holding(service.dataDir, key)).not.toEqual([]);
    reader.close();
    await finishErasures(parts);
    const [request] = await rightsRequests(parts, 'default');
    expect(request).toMatchObject({ status: 'done', sessions: 1 });
    expect(holding(service.dataDir, key)).toEqual([]);
    // The log says that it was done, under its request, and when it was signed for.
    const { data } = await call<{ entries: ServiceAuditEntry[] }>(
      service,
      'GET',
      `/audit?object=${request?.id}`,
      service.key,
    );
    expect(data.entries).toMatchObject([
      { action: 'person.erase', outcome: 'done', reason: 'erasure-waits' },
      { action: 'person.erase', outcome: 'done', actor: 'system', reason: 'the receipt is signed' },
    ]);
  });

  test('[P20] leaves neither the name of a channel nor a link to the person in what it leaves to be told', async () => {
    const service = await trial();
    const channels = ['+mic:headset-of-ada', '+system_audio:default'];
    const wanted = { endUserId: 'ada', callbackUrl: 'https://hooks.example.org/ada', channels };
    const { session, token } = await recorded(service, service.key, wanted);
    const path = `/capture/session/${session.id}/consent/revoke`;
    const taken = { channel_id: 'mic:headset-of-ada', erase: true, at_ms: 1 };
    expect(await call(service, 'POST', path, token, taken)).toMatchObject({ status: 200 });
    const left = () =>
      rowsOf(service.dataDir, 'select channel_id from tombstone').map(({ channel_id }) => channel_id);
    expect(left()).toEqual(['mic:headset-of-ada']);
    await erase(service, 'ada');
    expect(left()).toEqual(['']);
    const letters = rowsOf(service.dataDir, 'select event, subject from outbox');
    expect(letters).toEqual([{ event: 'capture_session.deleted', subject: null }]);
  });

  test('[P20] takes the events that still wait to be told of sessions that were deleted before', async () => {
    const service = await trial();
    const wanted = { endUserId: 'ada', callbackUrl: 'https://hooks.example.org/ada' };
    const { session } = await recorded(service, service.key, wanted);
    await recorded(service, service.key, { ...wanted, endUserId: 'bob' });
    const path = `/collection/default/capture/session/${session.id}`;
    expect(await call(service, 'DELETE', path, service.key)).toMatchObject({ status: 200 });
    const waiting = () =>
      rowsOf(service.dataDir, `select event from outbox where session_id = '${session.id}'`);
    expect(waiting().length).toBeGreaterThan(1);
    await erase(service, 'ada');
    expect(waiting()).toEqual([{ event: 'capture_session.deleted' }]);
    const others = rowsOf(service.dataDir, `select event from outbox where session_id != '${session.id}'`);
    expect(others.length).toBeGreaterThan(1);
  });

  test('[P19][P20] is not undone by what was being handed out meanwhile', async () => {
    const service = await trial();
    await recorded(service, service.key, { endUserId: 'ada' });
    const handedOut = await exportOf(service, service.key, 'ada');
    await erase(service, 'ada');
    await handedOut.arrayBuffer().catch(() => undefined);
    expect(await exportedPaths(service, 'ada')).toEqual(NOTHING);
  });

  test('[P19] what is held of a person takes the password again, whoever has the key of an admin', async () => {
    const service = await trial();
    await recorded(service, service.key, { endUserId: 'ada' });
    expect(await call(service, 'GET', '/user/ada/data', service.key)).toMatchObject({
      status: 403,
      error_code: 'confirmation-missing',
    });
  });

  test('[P20] leaves earlier requests of the person as what was done, and takes their name from them', async () => {
    const service = await trial();
    for (const endUserId of ['ada', 'bob']) {
      await recorded(service, service.key, { endUserId });
      await exportedPaths(service, endUserId);
    }
    const parts = await partsOf(service);
    const requests = async () =>
      (await rightsRequests(parts, 'default')).map(({ endUserId }) => endUserId).sort();
    expect(await requests()).toEqual(['ada', 'bob']);
    await erase(service, 'ada');
    expect(await requests()).toEqual(['bob', null, null]);
  });

  test('[P20] is told to the clients that still hold a copy', async () => {
    const service = await trial();
    const { session } = await recorded(service, service.key, { endUserId: 'ada' });
    const other = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    await erase(service, 'ada');
    const later = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    const ask = { session_ids: [session.id, other.session.id] };
    const { data } = await call<{ deletions: string[] }>(
      service,
      'POST',
      '/capture/deletions',
      later.token,
      ask,
    );
    const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
    const told = await Promise.all(data.deletions.map(async (jws) => (await jwtVerify(jws, keys)).payload));
    expect(told.map((each) => each.session_id).sort()).toEqual([...ask.session_ids].sort());
  });

  test('[P41][P20] leaves no key in any file, and no copy of the media that any key of the database opens', async () => {
    const service = await trial();
    const { dataDir, key } = service;
    const channels = ['+mic:default', '+system_audio:default'];
    const ada = await recorded(service, key, { endUserId: 'ada', channels, metadata: { room: 'blue' } });
    const bob = await recorded(service, key, { endUserId: 'bob' });
    const backup = join(await folder(), 'blobs');
    cpSync(join(dataDir, 'blobs'), backup, { recursive: true });
    const before = await partsOf(service);
    const wrapped = [ada, bob].map(({ session }) =>
      rowsOf(
        dataDir,
        `select wrapped_key, id, 'session' as kind from capture_session where id = '${session.id}'
         union all select wrapped_key, id, 'stream' from rtstream where session_id = '${session.id}'`,
      ),
    );
    const [adas = [], bobs = []] = wrapped;
    expect([adas.length, bobs.length]).toEqual([3, 2]);
    expect(await opening(before, backup, ada)).toBeGreaterThan(0);
    const raw = adas.map(({ wrapped_key, id, kind }) =>
      before.keyring.unwrap(
        { kind: kind === 'session' ? 'session' : 'stream', id: String(id) },
        String(wrapped_key),
      ),
    );
    for (const { wrapped_key } of adas) expect(holding(dataDir, String(wrapped_key))).not.toEqual([]);
    await before.store.close();

    expect(await erase(service, 'ada')).toMatchObject({ status: 200 });
    for (const { wrapped_key } of adas) {
      expect(holding(dataDir, String(wrapped_key))).toEqual([]);
      expect(holding(dataDir, Buffer.from(String(wrapped_key), 'base64'))).toEqual([]);
    }
    for (const bytes of raw) {
      expect(holding(dataDir, bytes)).toEqual([]);
      expect(holding(dataDir, Buffer.from(bytes).toString('base64'))).toEqual([]);
    }
    // The others are found in this way: the search finds what is there.
    for (const { wrapped_key } of bobs) expect(holding(dataDir, String(wrapped_key))).not.toEqual([]);

    // The folder of blobs as it was before, with the database as it is now.
    cpSync(backup, join(dataDir, 'blobs'), { recursive: true });
    const after = await partsOf(service);
    expect(await opening(after, backup, ada)).toBe(0);
    expect(await opening(after, backup, bob)).toBeGreaterThan(0);
    await after.store.close();
    await service.restart();
    expect(await exportedPaths(service, 'ada')).toEqual(NOTHING);
    await service.restart();
    expect(existsSync(join(dataDir, 'blobs', ada.session.id))).toBe(false);
  });

  test('[P20] in one environment leaves the other, its log included', async () => {
    const service = await trial();
    const wish = { dataDir: service.dataDir, name: 'test', roles: ['capture', 'read', 'admin'] as const };
    const { key: development } = must(await createKey({ ...wish, environment: 'development' }));
    await recorded(service, service.key, { endUserId: 'ada' });
    const other = await recorded(service, development, { endUserId: 'ada' });
    await exportOf(service, development, 'ada').then((response) => response.arrayBuffer());
    expect(await erase(service, 'ada')).toMatchObject({ data: { sessions: 1 } });
    // What was asked for there says still whose it is.
    const requests = await rightsRequests(await partsOf(service), 'default');
    expect(requests.find(({ kind }) => kind === 'access')).toMatchObject({
      endUserId: 'ada',
      environment: 'development',
    });
    expect((await exportedPaths(service, 'ada')).filter((path) => path.startsWith('sessions/'))).toEqual([]);
    const left = await exportedPaths(service, 'ada', development);
    expect(left).toContain(`sessions/${other.session.id}/recordings/mic-default-part1.mp4`);
    expect(left.at(-1)).toContain(`"session.stop","object":"${other.session.id}"`);
    expect(await erase(service, 'ada', development)).toMatchObject({ data: { sessions: 1 } });
    expect(await exportedPaths(service, 'ada', development)).toEqual(NOTHING);
  });

  test('[P20][P41] that is cut short between two blobs is finished at the next start, with the whole count', async () => {
    const service = await trial();
    const all: Recorded[] = [];
    for (let index = 0; index < 3; index++)
      all.push(await recorded(service, service.key, { endUserId: 'ada' }));
    const parts = await partsOf(service);
    let removals = 0;
    const removeSession = async (id: string) => {
      removals += 1;
      if (removals === 2) throw new Error('the machine went down');
      await parts.blobs.removeSession(id);
    };
    const dying = { ...parts, blobs: { ...parts.blobs, removeSession } };
    const keys = rowsOf(service.dataDir, 'select wrapped_key from capture_session').map(
      ({ wrapped_key }) => wrapped_key,
    );
    await expect(erasePerson(dying, 'default', 'ada')).rejects.toThrow('went down');
    // The keys are gone by then, from every file.
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(holding(service.dataDir, String(key))).toEqual([]);
    expect(readdirSync(join(service.dataDir, 'blobs'))).toHaveLength(2);
    expect(await rightsRequests(parts, 'default')).toMatchObject([{ status: 'open', receipt: null }]);
    await finishedAfterRestart(service, parts, { sessions: 3, recordings: 3 });
    for (const { session } of all) expect(holding(service.dataDir, session.id).filter(isBlob)).toEqual([]);
  });

  test('[P20][P41] that is cut short between two batches is finished at the next start', async () => {
    const service = await trial();
    const parts = await partsOf(service);
    for (let index = 0; index < 120; index++) {
      const session = aSession({ endUserId: 'ada', wrappedKey: '' });
      const wrappedKey = parts.keyring.wrapNew({ kind: 'session', id: session.id });
      await parts.store.addSession({ ...session, wrappedKey });
    }
    let batches = 0;
    const eraseSessions = (...of: Parameters<Parts['store']['eraseSessions']>) => {
      batches += 1;
      if (batches === 3) throw new Error('the machine went down');
      return parts.store.eraseSessions(...of);
    };
    const dying = { ...parts, store: { ...parts.store, eraseSessions } };
    await expect(erasePerson(dying, 'default', 'ada')).rejects.toThrow('went down');
    expect(rowsOf(service.dataDir, 'select count(*) as count from capture_session')).toEqual([{ count: 20 }]);
    await finishedAfterRestart(service, parts, { sessions: 120, recordings: 0 });
  });
});

const isBlob = (path: string) => path.startsWith('blobs');

async function finishedAfterRestart(service: Trial, parts: Parts, counts: object) {
  await service.restart();
  const isDone = async () =>
    expect(await rightsRequests(parts, 'default')).toMatchObject([{ status: 'done' }]);
  await vi.waitFor(isDone, 10_000);
  const [request] = await rightsRequests(parts, 'default');
  expect(request).toMatchObject({ status: 'done', endUserId: null, ...counts });
  const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(request?.receipt ?? '', keys, { typ: 'tallylight-erasure+jwt' });
  expect(payload).toMatchObject(counts);
  expect(await exportedPaths(service, 'ada')).toEqual(NOTHING);
}

/** How many of the blobs of a recording any key of the database opens. */
async function opening(
  parts: Parts,
  blobRoot: string,
  { session, take, streams }: Recorded,
): Promise<number> {
  const blobs = blobsOnDisk(blobRoot);
  const keys: Uint8Array[] = [];
  for (const id of await parts.store.sessionIds()) {
    const known = await parts.store.session(id);
    if (known === undefined) continue;
    keys.push(parts.keyring.unwrap({ kind: 'session', id }, known.wrappedKey));
    for (const stream of await parts.store.streamsOf([id]))
      if (stream.wrappedKey !== '') keys.push(streamKey(parts.keyring, known, stream));
  }
  let opened = 0;
  for (const streamId of streams)
    for (const name of readdirSync(join(blobRoot, session.id, streamId)))
      for (const { sequence } of take)
        for (const key of keys) {
          const of = { sessionId: session.id, streamId, take: 1, sequence };
          if ((await blobs.read(of, name, key)).ok) opened += 1;
        }
  return opened;
}
