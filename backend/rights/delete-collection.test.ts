import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { createKey } from '../main.ts';
import { rowsOf } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { deleteCollection } from './delete-collection.ts';

const { version: _, ...POLICY } = DEFAULT_POLICY;
const purposeOf = async (service: Trial) =>
  (await call<{ policy: Policy }>(service, 'GET', '/collection/team/policy', service.key)).data.policy;

async function withTeam() {
  const service = await trial();
  const make = () => call(service, 'POST', '/collection', service.key, { id: 'team', name: 'Team' });
  expect(await make()).toMatchObject({ status: 200 });
  return { service, make };
}

function counts({ dataDir }: Trial, sessionIds: readonly string[]) {
  const ids = sessionIds.map((id) => `'${id}'`).join(', ');
  const of = `session_id in (${ids})`;
  const count = (from: string) => rowsOf(dataDir, `select count(*) as count from ${from}`)[0]?.count;
  return [
    count(`capture_session where id in (${ids})`),
    count(`rtstream where ${of}`),
    count(`fragment where stream_id in (select id from rtstream where ${of})`),
    count(`video where ${of}`),
    count(`client_token where ${of}`),
  ];
}

test('[P20][P41] a collection goes with all that was recorded in it and its policies, and nothing else', async () => {
  const { service, make } = await withTeam();
  const { key, dataDir } = service;
  await call(service, 'PUT', '/collection/team/policy', key, { ...POLICY, purpose: 'Training' });
  const inIt = [
    await recorded(service, key, { endUserId: 'ada', collection: 'team' }),
    await recorded(service, key, { endUserId: 'bob', collection: 'team', until: 'delivered' }),
  ];
  const beside = await recorded(service, key, { endUserId: 'ada' });
  const kept = counts(service, [beside.session.id]);
  expect(await call(service, 'DELETE', '/collection/team', key)).toMatchObject({
    status: 200,
    data: { sessions: 2 },
  });
  expect(
    counts(
      service,
      inIt.map(({ session }) => session.id),
    ),
  ).toEqual([0, 0, 0, 0, 0]);
  expect(counts(service, [beside.session.id])).toEqual(kept);
  for (const { session } of inIt) expect(existsSync(join(dataDir, 'blobs', session.id))).toBe(false);
  expect(existsSync(join(dataDir, 'blobs', beside.session.id))).toBe(true);
  expect(await call(service, 'GET', '/collection/team', key)).toMatchObject({ status: 404 });
  // A collection of that name is another one: nothing of the old policies but that a client knows which is newer.
  await make();
  expect(await purposeOf(service)).toMatchObject({ version: 3, purpose: DEFAULT_POLICY.purpose });
  await call(service, 'PUT', '/collection/team/policy', key, { ...POLICY, purpose: 'Support' });
  expect(await purposeOf(service)).toMatchObject({ version: 4, purpose: 'Support' });
});

test('the first collection stays, and a key of development deletes none', async () => {
  const { service } = await withTeam();
  const refused = { status: 409, error_code: 'not-now' };
  expect(await call(service, 'DELETE', '/collection/default', service.key)).toMatchObject(refused);
  expect(await call(service, 'DELETE', '/collection/none', service.key)).toMatchObject({ status: 404 });
  const wish = { dataDir: service.dataDir, name: 'test', roles: ['admin'] as const };
  const { key: development } = must(await createKey({ ...wish, environment: 'development' }));
  const { session } = await recorded(service, service.key, { endUserId: 'ada', collection: 'team' });
  expect(await call(service, 'DELETE', '/collection/team', development)).toMatchObject({
    status: 403,
    error_code: 'role-missing',
  });
  expect(counts(service, [session.id])[0]).toBe(1);
  expect(await call(service, 'DELETE', '/collection/team', service.key)).toMatchObject({ status: 200 });
});

test('a session of the other environment that is made meanwhile ends it, and it can be deleted again', async () => {
  const { service } = await withTeam();
  const parts = await partsOf(service);
  const of = { tenantId: 'default', collectionId: 'team' };
  await recorded(service, service.key, { endUserId: 'ada', collection: 'team' });
  const wish = { dataDir: service.dataDir, name: 'test', roles: ['capture'] as const };
  const { key: development } = must(await createKey({ ...wish, environment: 'development' }));
  let meanwhile: { readonly session: { readonly id: string } } | undefined;
  const removeSession = async (id: string) => {
    await parts.blobs.removeSession(id);
    meanwhile ??= await recorded(service, development, {
      endUserId: 'bob',
      collection: 'team',
      until: 'created',
    });
  };
  const beside = { ...parts, blobs: { ...parts.blobs, removeSession } };
  expect(await deleteCollection(beside, of, 'production')).toMatchObject({
    error: { code: 'not-now', detail: 'it holds sessions of development' },
  });
  expect(counts(service, [meanwhile?.session.id ?? ''])[0]).toBe(1);
  expect(await deleteCollection(parts, of)).toEqual({ ok: true, value: { sessions: 1 } });
});

test('[P16][P41] with a session or a video goes whatever was made of it', async () => {
  const service = await trial();
  const { key, dataDir } = service;
  const channels = ['+mic:default', '+system_audio:default'];
  const { session, streams } = await recorded(service, key, { endUserId: 'ada', channels });
  const [first, second] = session.videos;
  expect(await call(service, 'DELETE', `/video/${first?.id}`, key)).toMatchObject({ status: 200 });
  const of = `stream_id = '${first?.rtstream_id}'`;
  expect(
    rowsOf(dataDir, `select 1 from fragment where ${of} union all select 1 from video where ${of}`),
  ).toEqual([]);
  expect(rowsOf(dataDir, `select wrapped_key from rtstream where id = '${first?.rtstream_id}'`)).toEqual([
    { wrapped_key: '' },
  ]);
  expect(existsSync(join(dataDir, 'blobs', session.id, streams[0] ?? ''))).toBe(false);
  expect(await call(service, 'GET', `/video/${second?.id}`, key)).toMatchObject({ status: 200 });
  const path = `/collection/default/capture/session/${session.id}`;
  expect(await call(service, 'DELETE', path, key)).toMatchObject({ status: 200 });
  expect(counts(service, [session.id])).toEqual([0, 0, 0, 0, 0]);
  expect(existsSync(join(dataDir, 'blobs', session.id))).toBe(false);
  expect(await call(service, 'GET', `/video/${second?.id}`, key)).toMatchObject({ status: 404 });
});
