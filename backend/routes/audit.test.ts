import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import type { AuditHead, ServiceAuditEntry } from '../../contract/audit.ts';
import { createKey } from '../main.ts';
import { intruder } from '../trial/audit-log.ts';
import { recorded } from '../trial/recorded.ts';
import { call, put } from '../trial/recorder.ts';
import { must, storeOf, type Trial, trial } from '../trial/service.ts';

type Page = { entries: ServiceAuditEntry[]; next_after: number | null };
const read = (service: Trial, query = '', key = service.key) =>
  call<Page>(service, 'GET', `/audit?${query}`, key);
const verify = (service: Trial, query = '') =>
  call<{ entries: number; head: AuditHead; anchored: AuditHead }>(
    service,
    'GET',
    `/audit/verify?${query}`,
    service.key,
  );

test('[P27][P45] the log answers by actor, object, person and time, page by page, and reading it is in it', async () => {
  const service = await trial();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const bob = await recorded(service, service.key, { endUserId: 'bob' });
  service.clock.now += 3600_000;
  await call(service, 'GET', `/video/${session.videos[0]?.id}`, service.key);
  const said = async (query: string) =>
    (await read(service, `limit=1000&${query}`)).data.entries.map(
      ({ action, object }) => `${action} ${object}`,
    );
  expect(await said(`object=${session.id}`)).toContain(`session.stop ${session.id}`);
  expect(await said(`object=${bob.session.id}`)).not.toContain(`session.stop ${session.id}`);
  const adas = await said('end_user_id=ada');
  expect(adas).toContain(`video.read ${session.videos[0]?.id}`);
  expect(adas.filter((line) => line.includes(bob.session.id))).toEqual([]);
  const since = new Date(service.clock.now).toISOString().replace('.000Z', '%2B00:00');
  expect((await said(`since=${since}`))[0]).toBe(`video.read ${session.videos[0]?.id}`);
  expect(await said(`until=${since}`)).not.toContain(`video.read ${session.videos[0]?.id}`);
  const all = (await read(service, 'limit=1000')).data.entries;
  expect(all.at(-1)).toMatchObject({
    action: 'audit.read',
    outcome: 'done',
    actor: expect.stringMatching(/^key:key-/),
  });
  const { actor = '' } = all.at(-1) ?? {};
  expect((await read(service, `actor=${actor}&limit=2`)).data.entries.map((entry) => entry.actor)).toEqual([
    actor,
    actor,
  ]);
  const paged: ServiceAuditEntry[] = [];
  for (let after: number | null = 0; after !== null && paged.length < all.length; ) {
    const page: Page = (await read(service, `limit=7&after=${after}`)).data;
    paged.push(...page.entries);
    after = page.next_after;
  }
  expect(paged.slice(0, all.length)).toEqual(all);
});

test('[P27] the log is for admins, each tenant its own', async () => {
  const service = await trial();
  const { dataDir } = service;
  const reader = must(await createKey({ dataDir, name: 'reader', roles: ['read', 'capture'] }));
  for (const path of ['/audit', '/audit/verify', '/audit/head'])
    expect(await call(service, 'GET', path, reader.key)).toMatchObject({
      status: 403,
      error_code: 'role-missing',
    });
  const store = await storeOf(service);
  await store.addTenant({ id: 'acme', name: 'Acme', createdAt: 0 });
  await store.close();
  const acme = must(await createKey({ dataDir, name: 'acme', roles: ['admin'], tenant: 'acme' }));
  await call(service, 'GET', '/policy', service.key);
  const { data } = await read(service, '', acme.key);
  expect(data.entries.map(({ action, object }) => [action, object])).toEqual([['key.create', acme.id]]);
});

describe('verifying', () => {
  test('[P27] says that the log is whole, and finds what was edited in the database', async () => {
    const service = await trial();
    await recorded(service, service.key, { endUserId: 'ada' });
    const whole = await verify(service);
    expect(whole).toMatchObject({ status: 200, data: { anchored: whole.data.head } });
    expect(whole.data.entries).toBeGreaterThan(3);
    intruder(service.dataDir).exec("update audit_entry set actor = 'key:somebody' where sequence = 2");
    expect(await verify(service)).toMatchObject({
      status: 500,
      error_code: 'audit-broken',
      detail: 'entry 2',
    });
    // Also after a restart, and with all that is written to it meanwhile.
    await service.restart();
    expect(await verify(service)).toMatchObject({ error_code: 'audit-broken', detail: 'entry 2' });
  });

  test('[P27] takes a signed head that was kept elsewhere', async () => {
    const service = await trial();
    await call(service, 'GET', '/policy', service.key);
    const { data: head } = await call<AuditHead & { jws: string }>(
      service,
      'GET',
      '/audit/head',
      service.key,
    );
    const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(head.jws, keys, { typ: 'tallylight-audit-head+jwt' });
    expect(payload).toMatchObject({ tenant: 'default', sequence: head.sequence, hash: head.hash });
    const kept = `sequence=${head.sequence}&hash=${head.hash}`;
    expect(await verify(service, kept)).toMatchObject({ status: 200 });
    const other = `sequence=${head.sequence}&hash=${'0'.repeat(64)}`;
    expect(await verify(service, other)).toMatchObject({ detail: `entry ${head.sequence}` });
    expect(await verify(service, `sequence=${head.sequence}`)).toMatchObject({ status: 400 });
  });
});

test('[P27] no secret, no name and no media is in the log', async () => {
  const service = await trial();
  const metadata = { room: 'blue-room' };
  const { token, take, session, streams } = await recorded(service, service.key, {
    endUserId: 'ada@x.org',
    metadata,
  });
  await fetch(`${service.url}/video/${session.videos[0]?.id}/download`, {
    headers: { 'x-access-token': service.key },
  });
  const [first] = take;
  // Refused, as the session has ended.
  if (first !== undefined) await put(service, streams[0] ?? '', { ...first, take: 9 }, token);
  await fetch(`${service.url}/user/ada%40x.org/data`, { headers: { 'x-access-token': service.key } }).then(
    (answer) => answer.arrayBuffer(),
  );
  const rows = JSON.stringify((await read(service, 'limit=1000')).data.entries);
  for (const secret of [service.key, token, 'ada@x.org', 'blue-room', 'mic:default', 'I agree.'])
    expect(rows).not.toContain(secret);
});
