import { expect, test } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { routerOf } from '../http/router.ts';
import { ROUTES } from '../routes/table.ts';
import { exportOf } from '../trial/admin.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call, put } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';
import { listen } from '../trial/subscriber.ts';

async function entriesOf(service: Trial, query: string): Promise<ServiceAuditEntry[]> {
  const path = `/audit?limit=1000&${query}`;
  return (await call<{ entries: ServiceAuditEntry[] }>(service, 'GET', path, service.key)).data.entries;
}

test('[P27] every route but those that give nothing of anybody away is in the log', () => {
  const unsaid = ROUTES.filter((route) => route.does === null).map(({ method, path }) => `${method} ${path}`);
  expect(unsaid.sort()).toEqual([
    'get /.well-known/jwks.json',
    // By a ticket, whose making is in the log.
    'get /collection/{c}/events',
    'get /healthz',
    'get /openapi.json',
    'post /capture/deletions',
  ]);
});

test('[P27] every read of media is in the log: who, what and when', async () => {
  const service = await trial();
  const { session, streams, token } = await recorded(service, service.key, {
    endUserId: 'ada',
    channels: ['+mic:default', 'display:1'],
  });
  const [video] = session.videos;
  const { clock } = service;
  clock.now += 60_000;
  const headers = { 'x-access-token': service.key };
  const get = async (path: string) => (await fetch(service.url + path, { headers })).arrayBuffer();
  const other = await recorded(service, service.key, {
    endUserId: 'ada',
    until: 'started',
    channels: ['mic:default'],
  });
  await get(`/video/${video?.id}/download`);
  await get(`/video/${video?.id}/download.sha256`);
  await get(`/rtstream/${streams[0]}/fragments`);
  await listen(`${service.url}/rtstream/${other.streams[0]}/live`, service.key);
  await (await exportOf(service, service.key, 'ada')).arrayBuffer();
  const ofVideo = await entriesOf(service, `object=${video?.id}`);
  const { actor = '' } = ofVideo.find(({ action }) => action === 'video.download') ?? {};
  const since = new Date(clock.now).toISOString();
  const said = (await entriesOf(service, `actor=${actor}&since=${since}`)).map(
    ({ action, object, outcome }) => `${action} ${object} ${outcome}`,
  );
  expect(actor).toMatch(/^key:key-/);
  for (const line of [
    `video.download ${video?.id} done`,
    `video.digest ${video?.id} done`,
    `rtstream.listen ${other.streams[0]} done`,
    `recording.export ${video?.id} done`,
  ])
    expect(said).toContain(line);
  // What is refused is in it, too, and for whom it was meant.
  const foreign = await call(service, 'GET', `/capture/session/${session.id}`, other.token);
  expect(foreign).toMatchObject({ status: 403 });
  const refused = await entriesOf(service, `object=${session.id}&since=${since}`);
  expect(refused.at(-1)).toMatchObject({
    action: 'session.look',
    outcome: 'refused',
    reason: 'token-foreign',
  });
  expect(refused.at(-1)?.actor).toMatch(/^token:fam-/);
  expect(token).not.toBe(other.token);
});

test('[P27] [P29] a call that breaks, and one of the wrong form, are in the log too', async () => {
  const service = await trial();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const parts = await partsOf(service);
  const path = `/collection/default/capture/session/${session.id}`;
  const broken = routerOf(
    {
      ...parts,
      store: { ...parts.store, deleteSession: () => Promise.reject(new Error('the disk is gone')) },
    },
    ROUTES,
  );
  const answer = await broken.request(path, { method: 'DELETE', headers: { 'x-access-token': service.key } });
  expect(answer.status).toBe(500);
  const wrong = await broken.request('/policy', {
    method: 'PUT',
    headers: { 'x-access-token': service.key },
    body: '{}',
  });
  expect(wrong.status).toBe(400);
  const { data } = await call<{ entries: ServiceAuditEntry[] }>(
    service,
    'GET',
    '/audit?limit=1000',
    service.key,
  );
  const told = data.entries.map(({ action, outcome, reason }) => `${action} ${outcome} ${reason}`);
  expect(told).toContain('session.delete failed internal');
  expect(told).toContain('policy.change refused bad-request');
});

test('[P27] what is done thousands of times an hour is in the log where it is refused', async () => {
  const service = await trial();
  const { take, streams } = await recorded(service, service.key, { endUserId: 'ada' });
  const delivered = (await entriesOf(service, `object=${streams[0]}`)).filter(
    ({ outcome }) => outcome === 'done',
  );
  expect(delivered).toEqual([]);
  const another = await recorded(service, service.key, { endUserId: 'bob', until: 'started' });
  const [first] = take;
  if (first === undefined) throw new Error('a take has an init segment');
  expect(await put(service, streams[0] ?? '', first, another.token)).toMatchObject({ status: 403 });
  expect(await entriesOf(service, `object=${streams[0]}`)).toMatchObject([
    { action: 'fragment.deliver', outcome: 'refused', reason: 'token-foreign' },
  ]);
});
