import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactVerify, createLocalJWKSet } from 'jose';
import { expect, test, vi } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { createKey } from '../main.ts';
import { exportOf } from '../trial/admin.ts';
import { areAll, untilCopies } from '../trial/copies.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { checkSums, type Unzipped, unzipped } from '../trial/unzipped.ts';
import { accessArchive } from './access.ts';
import { rightsRequests } from './requests.ts';

async function exported(service: Trial, key: string, person: string): Promise<Unzipped> {
  const response = await exportOf(service, key, person);
  expect(response.status).toBe(200);
  return unzipped(Buffer.from(await response.arrayBuffer()));
}

function sessionsIn({ paths }: Unzipped): string[] {
  return [...new Set(paths.flatMap((path) => /^sessions\/([^/]+)\//.exec(path)?.[1] ?? []))].sort();
}

function entriesIn(archive: Unzipped): ServiceAuditEntry[] {
  const lines = archive.text('audit.jsonl').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

async function withCollection(): Promise<Trial> {
  const service = await trial();
  const wish = { id: 'team', name: 'Team' };
  expect(await call(service, 'POST', '/collection', service.key, wish)).toMatchObject({ status: 200 });
  return service;
}

test('[P19][P26][P37][P38] everything of one person is in one archive that others can check, and nothing of anybody else', async () => {
  const service = await withCollection();
  const { key, dataDir } = service;
  const channels = ['+mic:default', '+system_audio:default', 'display:1'];
  const ada = [
    await recorded(service, key, { endUserId: 'ada@x.org', channels, metadata: { room: 'blue' } }),
    await recorded(service, key, { endUserId: 'ada@x.org', collection: 'team', until: 'delivered' }),
    await recorded(service, key, { endUserId: 'ada@x.org', until: 'created' }),
  ];
  const bob = await recorded(service, key, { endUserId: 'bob@x.org', metadata: { room: 'green' } });
  const wish = { dataDir, name: 'test', roles: ['capture', 'admin'] as const };
  const development = must(await createKey({ ...wish, environment: 'development' }));
  const trialRun = await recorded(service, development.key, { endUserId: 'ada@x.org' });
  const [video] = ada[0]?.session.videos ?? [];
  const download = `/video/${video?.id}/download`;
  const played = await fetch(service.url + download, { headers: { 'x-access-token': key } });
  const media = Buffer.from(await played.arrayBuffer());

  const archive = await exported(service, key, 'ada@x.org');
  checkSums(archive);
  expect(JSON.parse(archive.text('requests.json'))).toMatchObject([{ kind: 'access', status: 'open' }]);
  expect(sessionsIn(archive)).toEqual(ada.map(({ session }) => session.id).sort());
  const folderOf = (index: number) => `sessions/${ada[index]?.session.id}`;
  const within = (index: number) =>
    archive.paths.flatMap((path) =>
      path.startsWith(folderOf(index)) ? [path.slice(folderOf(index).length + 1)] : [],
    );
  expect(within(0)).toEqual([
    'consent.json',
    'consent.jws',
    'delivery.json',
    'delivery.jws',
    'recorder.jws',
    'recordings/mic-default-part1.mp4',
    'recordings/mic-default-part1.mp4.sha256',
    'recordings/system_audio-default-part1.mp4',
    'recordings/system_audio-default-part1.mp4.sha256',
    'session.json',
    'streams.json',
  ]);
  // Also what has not ended yet: its media is held all the same.
  expect(within(1)).toContain('recordings/mic-default-part1.mp4');
  expect(within(2)).toEqual(['session.json', 'streams.json']);
  expect(archive.bytes(`${folderOf(0)}/recordings/mic-default-part1.mp4`).equals(media)).toBe(true);
  expect(JSON.parse(archive.text(`${folderOf(0)}/session.json`))).toMatchObject({
    end_user_id: 'ada@x.org',
    metadata: { room: 'blue' },
    manifest: { channels: [{ channel_id: 'mic:default' }, { channel_id: 'system_audio:default' }] },
    agreed_policy: { purpose: 'Meeting notes' },
  });
  expect(JSON.parse(archive.text(`${folderOf(0)}/streams.json`))).toMatchObject([
    { name: 'mic:default', store: true },
    { name: 'system_audio:default', store: true },
    { name: 'display:1', store: false },
  ]);
  expect(JSON.parse(archive.text(`${folderOf(0)}/consent.json`))).toMatchObject({
    receipt: { statement: { endUserId: 'ada@x.org', purpose: 'Meeting notes', text: 'I agree.' } },
  });

  const recorder = archive.bytes(`${folderOf(0)}/recorder.jws`);
  expect(JSON.parse(archive.text(`${folderOf(0)}/delivery.json`))).toMatchObject({
    session_id: ada[0]?.session.id,
    channels: [{ channel_id: 'mic:default' }, { channel_id: 'system_audio:default' }],
    manifest_sha256: createHash('sha256').update(recorder).digest('hex'),
  });

  for (const path of archive.paths) {
    const text = archive.bytes(path).toString('latin1');
    for (const foreign of ['bob@x.org', 'green', bob.session.id, trialRun.session.id])
      expect(text.includes(foreign), `${foreign} in ${path}`).toBe(false);
  }
  const other = await exported(service, development.key, 'ada@x.org');
  expect(sessionsIn(other)).toEqual([trialRun.session.id]);
  const foreign = ada.flatMap(({ session, streams }) => [session.id, ...streams]);
  for (const entry of entriesIn(other)) expect(foreign).not.toContain(entry.object);
});

test('[P19][P37] an archive is signed by the service, and what it says can be checked without it', async () => {
  const service = await trial();
  await recorded(service, service.key, { endUserId: 'ada' });
  const archive = await exported(service, service.key, 'ada');
  const own = createLocalJWKSet(JSON.parse(archive.text('jwks.json')));
  const { data: published } = { data: await (await fetch(`${service.url}/.well-known/jwks.json`)).json() };
  expect(JSON.parse(archive.text('jwks.json'))).toEqual(published);
  const { payload, protectedHeader } = await compactVerify(archive.text('manifest.jws'), own);
  expect(protectedHeader.typ).toBe('tallylight-access+jwt');
  expect(JSON.parse(Buffer.from(payload).toString('utf8'))).toMatchObject({
    sessions: 1,
    recordings: 1,
    sha256sums: createHash('sha256').update(archive.bytes('SHA256SUMS')).digest('hex'),
  });
  const listed = archive.text('SHA256SUMS').trimEnd().split('\n');
  const covered = listed.map((line) => line.slice(66)).sort();
  expect([...covered, 'SHA256SUMS', 'manifest.jws'].sort()).toEqual(archive.paths);
  const [mp4 = ''] = archive.paths.filter((path) => path.endsWith('.mp4'));
  const digest = createHash('sha256').update(archive.bytes(mp4)).digest('hex');
  expect(archive.text(`${mp4}.sha256`)).toBe(`${digest}  mic-default-part1.mp4\n`);
});

test('[P19][P27] the log in it says who read media, the one who exports included', async () => {
  const service = await trial();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const [video] = session.videos;
  await fetch(`${service.url}/video/${video?.id}/download`, { headers: { 'x-access-token': service.key } });
  await exported(service, service.key, 'ada');
  const archive = await exported(service, service.key, 'ada');
  const said = entriesIn(archive).map(({ action, object, outcome }) => `${action} ${object} ${outcome}`);
  const expected = [
    `session.start ${session.id} done`,
    `session.stop ${session.id} done`,
    `video.download ${video?.id} done`,
    `person.export  done`,
    `recording.export ${video?.id} done`,
  ];
  for (const line of expected) expect(said).toContain(line);
  expect(said.filter((line) => line === expected.at(-1))).toHaveLength(2);
  const all = await call<{ entries: ServiceAuditEntry[] }>(
    service,
    'GET',
    '/audit?end_user_id=ada&limit=1000',
    service.key,
  );
  expect(all.data.entries.map((entry) => entry.sequence)).toEqual(
    expect.arrayContaining(entriesIn(archive).map((entry) => entry.sequence)),
  );
});

test('of somebody unknown the archive says that nothing is held, and asking leaves nothing behind', async () => {
  const service = await trial();
  await recorded(service, service.key, { endUserId: 'ada' });
  for (const _ of [1, 2]) {
    const archive = await exported(service, service.key, 'nobody-here');
    checkSums(archive);
    expect(archive.paths).toEqual(['README.txt', 'SHA256SUMS', 'audit.jsonl', 'jwks.json', 'manifest.jws']);
    expect(archive.text('README.txt')).toContain('Nothing is held');
    expect(archive.text('audit.jsonl')).toBe('');
  }
});

test('[P19] what cannot be read whole any more is named, and all the rest is there', async () => {
  const service = await trial();
  const channels = ['+mic:default', '+system_audio:default'];
  const { session, streams } = await recorded(service, service.key, { endUserId: 'ada', channels });
  await untilCopies(service, areAll('kept'));
  for (const folder of ['blobs', 'copies']) {
    const of = join(service.dataDir, folder, session.id, streams[0] ?? '');
    writeFileSync(join(of, readdirSync(of)[0] ?? ''), 'rubbish');
  }
  const archive = await exported(service, service.key, 'ada');
  checkSums(archive);
  const folder = `sessions/${session.id}/recordings`;
  expect(archive.paths.filter((path) => path.startsWith(folder))).toEqual([
    `${folder}/mic-default-part1.mp4.damaged.txt`,
    `${folder}/system_audio-default-part1.mp4`,
    `${folder}/system_audio-default-part1.mp4.sha256`,
  ]);
  expect(entriesIn(archive)).toContainEqual(
    expect.objectContaining({ action: 'recording.export', outcome: 'failed', reason: 'vault-damaged' }),
  );
});

test('no more is read than somebody takes, and whoever goes away ends it', async () => {
  const service = await trial();
  for (let index = 0; index < 12; index++)
    await recorded(service, service.key, { endUserId: 'ada', until: 'delivered' });
  const parts = await partsOf(service);
  const padding = freeBox(512 * 1024);
  let reads = 0;
  const read = async (...of: Parameters<typeof parts.blobs.read>) => {
    reads += 1;
    const found = await parts.blobs.read(...of);
    // As large as media is, so that what waits in between cannot hold much of it.
    return found.ok ? { ...found, value: Buffer.concat([found.value, padding]) } : found;
  };
  const counting = { ...parts, blobs: { ...parts.blobs, read } };
  const { content } = await accessArchive(counting, 'default', 'ada');
  let taken = 0;
  let most = 0;
  for await (const piece of content) {
    taken += piece.length;
    // Each fragment is read twice: first to know whether the recording is whole.
    most = Math.max(most, reads - 2 * Math.floor(taken / padding.length));
  }
  const perRecording = reads / 24;
  expect(reads).toBeGreaterThan(40);
  expect(most).toBeLessThanOrEqual(2 * perRecording + 4);

  const left = await accessArchive(parts, 'default', 'ada');
  const reader = left.content.getReader();
  await reader.read();
  await reader.cancel();
  // Nobody is left to believe that it goes on.
  await vi.waitFor(async () =>
    expect((await rightsRequests(parts, 'default')).find(({ id }) => id === left.id)).toMatchObject({
      status: 'failed',
      finishedAt: expect.any(Number),
    }),
  );
});

/** A box of ISO/IEC 14496-12 that players skip. */
function freeBox(bytes: number): Buffer {
  const box = Buffer.alloc(bytes);
  box.writeUInt32BE(bytes, 0);
  box.write('free', 4, 'latin1');
  return box;
}
