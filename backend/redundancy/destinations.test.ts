import { expect, test } from 'vitest';
import { fail } from '../../contract/result.ts';
import { createKey, serve } from '../main.ts';
import { createTenant } from '../manage.ts';
import { ROUTES } from '../routes/table.ts';
import {
  areAll,
  copiesIn,
  DESTINATION,
  entriesOf,
  PLACE,
  redundant,
  SECRETS,
  setDestination,
  untilCopies,
} from '../trial/copies.ts';
import { requestOf } from '../trial/examples.ts';
import { filesOf } from '../trial/held.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { folder, must, type Trial } from '../trial/service.ts';

const keyFor = async ({ dataDir }: Trial, name: string, more: object = {}) =>
  must(await createKey({ dataDir, name, roles: ['operate'], variables: {}, ...more })).key;

test('[P47][P49] credentials go in and never come out: not masked in part, in no answer, page, log, entry or file', async () => {
  const { service, carrier } = await redundant();
  const operator = await keyFor(service, 'operator');
  const set = await setDestination(service, {}, operator);
  expect(set).toMatchObject({
    status: 200,
    data: {
      place: PLACE,
      keep_backup: true,
      credentials: { set: true, updated_at: service.clock.now / 1000 },
    },
  });
  const read = await call<object>(service, 'GET', DESTINATION, operator);
  expect(read.data).toEqual(set.data);
  expect(Object.keys((read.data as { credentials: object }).credentials)).toEqual(['set', 'updated_at']);
  expect(await call(service, 'POST', `${DESTINATION}/test`, operator)).toMatchObject({
    data: { confirmed_by: 'checksum' },
  });
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('sent'));
  // Every way in which something can be refused with them at hand.
  carrier.fault = () => ({ code: 'destination-refused', detail: 'status 403' });
  const answers = [
    await call(service, 'POST', `${DESTINATION}/test`, operator),
    await setDestination(service, { place: { ...PLACE, region: '?' } }, operator),
    await setDestination(service, { place: { ...PLACE, kind: 'ftp' } }, operator),
    await setDestination(service, { credentials: `${SECRETS} ` }, operator),
    await setDestination(service, { credentials: SECRETS.slice(0, -1) }, operator),
    await setDestination(service, { credentials: { secret: SECRETS } }, operator),
    await setDestination(service, { credentials: SECRETS.padEnd(5001) }, operator),
    await setDestination(service, { place: { ...PLACE, endpoint: 'https://x:hunter2-hunter2@y' } }, operator),
    await call(service, 'PUT', '/collection/nowhere/destination', operator, { credentials: SECRETS }),
  ].map((answer) => JSON.stringify(answer));
  for (const route of ROUTES) {
    const { path, ...request } = requestOf(route, 'cap-nowhere00');
    if (request.method === 'PUT' || request.method === 'DELETE') continue;
    const headers = { ...request.headers, 'x-access-token': service.key };
    answers.push(await (await fetch(service.url + path, { ...request, headers })).text());
  }
  const places = {
    answers: answers.join('\n'),
    log: JSON.stringify(service.log),
    audit: JSON.stringify(await entriesOf(service)),
    files: Buffer.concat([...filesOf(service.dataDir).values()]).toString('latin1'),
  };
  expect(answers.length).toBeGreaterThan(30);
  for (const [where, text] of Object.entries(places))
    for (const secret of ['AKIATRIAL', 'hunter2', SECRETS, Buffer.from(SECRETS).toString('base64')])
      expect([where, secret, text.includes(secret)]).toEqual([where, secret, false]);
  const entries = await entriesOf(service);
  const about = entries.filter(({ action }) => action.startsWith('destination.'));
  expect(about[0]).toMatchObject({
    ...{ actor: expect.stringMatching(/^key:key-/), action: 'destination.set', object: 'default' },
    ...{ outcome: 'done', reason: 'production s3 recordings/in' },
  });
  expect(new Set(about.map(({ action }) => action))).toEqual(
    new Set(['destination.set', 'destination.read', 'destination.test']),
  );
});

test('[P50] what is sealed for a destination opens with its own key only, which the master key wraps and no file holds', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service);
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('sent'));
  const [first] = carrier.attempts;
  if (first === undefined) throw new Error('there was a transfer');
  expect(first.key).toHaveLength(32);
  const files = Buffer.concat([...filesOf(service.dataDir).values()]);
  expect(files.includes(Buffer.from(first.key))).toBe(false);
  expect(files.includes(Buffer.from(first.key).toString('base64'))).toBe(false);
  const before = first.sealedCredentials;
  expect(files.includes(before)).toBe(true);
  // The same credentials again are another key, and what was before is in no file any more.
  await setDestination(service);
  const after = Buffer.concat([...filesOf(service.dataDir).values()]);
  expect(after.includes(before)).toBe(false);
  expect(await call(service, 'DELETE', DESTINATION, service.key)).toMatchObject({ status: 200 });
  expect(await call(service, 'GET', DESTINATION, service.key)).toMatchObject({
    status: 404,
    error_code: 'destination-unset',
  });
});

test('[P51] credentials of 5000 characters are taken and of 5001 are not, and the service can be told otherwise', async () => {
  const { service } = await redundant();
  expect(await setDestination(service, { credentials: SECRETS.padEnd(5000) })).toMatchObject({ status: 200 });
  expect(await setDestination(service, { credentials: SECRETS.padEnd(5001) })).toMatchObject({
    status: 422,
    error_code: 'credentials-too-long',
    detail: '5000 characters at most',
  });
  const larger = await redundant({ destinations: { credentialsMax: 6000 } });
  expect(await setDestination(larger.service, { credentials: SECRETS.padEnd(6000) })).toMatchObject({
    status: 200,
  });
  expect(await setDestination(larger.service, { credentials: SECRETS.padEnd(6001) })).toMatchObject({
    status: 422,
  });
  for (const wrong of ['many', '-1', '99', '100001'])
    expect(
      await serve({ dataDir: await folder(), port: 0, variables: { TALLYLIGHT_CREDENTIALS_MAX: wrong } }),
    ).toMatchObject({ ok: false, error: { code: 'setting-refused' } });
});

test('[P47] another place takes its credentials along: those that are there are not sent to it', async () => {
  const { service } = await redundant();
  const withoutThem = { credentials: undefined };
  expect(await setDestination(service, withoutThem)).toMatchObject({ error_code: 'credentials-missing' });
  await setDestination(service);
  service.clock.now += 60_000;
  expect(await setDestination(service, { ...withoutThem, keep_backup: false })).toMatchObject({
    status: 200,
    data: {
      keep_backup: false,
      credentials: { updated_at: service.clock.now / 1000 - 60 },
      updated_at: service.clock.now / 1000,
    },
  });
  for (const place of [
    { ...PLACE, bucket: 'mine' },
    { ...PLACE, endpoint: 'https://s3.evil.example' },
    { kind: 'ftp', host: 'evil.example', directory: '/in' },
  ])
    expect(await setDestination(service, { ...withoutThem, place })).toMatchObject({
      status: 422,
      error_code: 'credentials-missing',
    });
});

const SFTP = { kind: 'sftp', directory: '/in', hostKeySha256: `SHA256:${'A'.repeat(43)}` };
const LOGIN = JSON.stringify({ username: 'u', password: 'p' });

test.each([
  ['loopback', { ...PLACE, endpoint: 'http://127.0.0.1:9000' }],
  ['loopback by name', { ...PLACE, endpoint: 'https://localhost:9000' }],
  ['where clouds keep credentials', { ...PLACE, endpoint: 'https://169.254.169.254' }],
  ['a private network', { ...PLACE, endpoint: 'https://10.0.0.7' }],
  ['IPv6 of this machine', { ...SFTP, host: '::1' }],
  ['a private SFTP server', { ...SFTP, host: '192.168.1.5' }],
  ['FTP of this machine', { kind: 'ftp', host: '127.0.0.1', directory: '/in' }],
])('[P36] %s is no destination unless it is allowed', async (_what, place) => {
  const { service } = await redundant();
  const credentials = place.kind === 's3' ? SECRETS : LOGIN;
  expect(await setDestination(service, { place, credentials })).toMatchObject({
    status: 422,
    error_code: 'destination-forbidden',
  });
});

test('[P36] a name that means a private address is found out when it is to be sent to, and what is allowed by name is', async () => {
  const inside = async () => [{ address: '10.0.0.7', family: 4 }];
  const { service, carrier } = await redundant({ webhooks: { lookMs: 50, resolve: inside } });
  const place = { ...PLACE, endpoint: 'https://s3.example.org' };
  expect(await setDestination(service, { place })).toMatchObject({ status: 200 });
  expect(await call(service, 'POST', `${DESTINATION}/test`, service.key)).toMatchObject({
    error_code: 'destination-forbidden',
  });
  await recorded(service, service.key, { endUserId: 'ada' });
  const [copy] = await untilCopies(service, areAll('failing'));
  expect(copy?.last_error).toBe('destination-forbidden: its address is not public');
  expect(carrier.attempts).toEqual([]);
  // Credentials are not even taken out.
  expect((await entriesOf(service)).map(({ action }) => action)).not.toContain('credentials.fetched');
  const allowed = await redundant({
    webhooks: { lookMs: 50, resolve: inside },
    destinations: { allow: ['recordings.s3.example.org'] },
  });
  await setDestination(allowed.service, { place });
  await recorded(allowed.service, allowed.service.key, { endUserId: 'ada' });
  await untilCopies(allowed.service, areAll('sent'));
});

test('[P36] the host that is looked at is the one that is connected to: with the bucket in its name', async () => {
  const resolve = async (name: string) => [
    { address: name === 'recordings.s3.example.org' ? '169.254.169.254' : '1.1.1.1', family: 4 },
  ];
  const { service, carrier } = await redundant({ webhooks: { lookMs: 50, resolve } });
  const place = { ...PLACE, endpoint: 'https://s3.example.org' };
  const tried = () => call(service, 'POST', `${DESTINATION}/test`, service.key);
  await setDestination(service, { place });
  expect(await tried()).toMatchObject({ error_code: 'destination-forbidden' });
  await setDestination(service, { place: { ...place, pathStyle: true } });
  expect(await tried()).toMatchObject({ status: 200 });
  await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('sent'));
  // What was found is what is connected to.
  expect(carrier.attempts[0]?.addresses).toEqual([{ address: '1.1.1.1', family: 4 }]);
});

test('[P35] destinations and copies are of one tenant and one environment', async () => {
  const { service, carrier } = await redundant();
  must(await createTenant({ dataDir: service.dataDir, variables: {} }, 'other', 'Other'));
  const roles = ['capture', 'operate'];
  const foreign = await keyFor(service, 'foreign', { tenant: 'other', roles });
  const development = await keyFor(service, 'development', { environment: 'development', roles });
  await setDestination(service);
  for (const key of [foreign, development]) {
    expect(await call(service, 'GET', DESTINATION, key)).toMatchObject({ error_code: 'destination-unset' });
    await recorded(service, key, { endUserId: 'ada' });
  }
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('sent'));
  await expect.poll(async () => (await copiesIn(service, '', foreign))[0]?.state).toBe('kept');
  await expect.poll(async () => (await copiesIn(service, '', development))[0]?.state).toBe('kept');
  expect(carrier.arrivals.map((name) => name.split('/')[1])).toEqual([session.id]);
  for (const key of [foreign, development])
    expect(await call(service, 'POST', `/copies/${session.videos[0]?.id}/send`, key)).toMatchObject({
      status: 404,
      error_code: 'video-unknown',
    });
});

test('[P53] operate says where copies go and sends them, and may do nothing else', async () => {
  const { service } = await redundant();
  const operator = await keyFor(service, 'operator');
  const allowed = ROUTES.filter(({ roles }) => roles.includes('operate')).map(
    ({ method, path }) => `${method} ${path}`,
  );
  expect(allowed.sort()).toEqual([
    'delete /collection/{c}/destination',
    'get /collection/{c}/destination',
    'get /copies',
    'post /collection/{c}/destination/test',
    'post /copies/{id}/send',
    'put /collection/{c}/destination',
  ]);
  await setDestination(service, {}, operator);
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('sent'));
  const [copy] = await copiesIn(service, '', operator);
  // It tells a copy from another, and not whose it is.
  expect(JSON.stringify(copy)).not.toContain('ada');
  expect(JSON.stringify(copy)).not.toContain('mic');
  expect(await call(service, 'POST', `/copies/${copy?.video_id}/send`, operator)).toMatchObject({
    status: 200,
  });
  await untilCopies(service, areAll('sent'));
  const video = `/video/${session.videos[0]?.id}`;
  for (const [method, path] of [
    ['GET', video],
    ['GET', `${video}/download`],
    ['GET', `${video}/download.sha256`],
    ['DELETE', video],
    ['GET', '/collection/default/capture/session'],
    ['DELETE', `/collection/default/capture/session/${session.id}`],
    ['GET', '/user/api_key'],
    ['GET', '/policy'],
    ['GET', '/user/ada/data'],
    ['DELETE', '/user/ada/data'],
    ['GET', '/audit'],
  ] as const)
    expect(await call(service, method, path, operator)).toMatchObject({
      status: 403,
      error_code: 'role-missing',
    });
});

test('[P53] what was finished before a destination was set is sent there by an admin only, and taken along to another by nobody', async () => {
  const { service, carrier } = await redundant();
  const operator = await keyFor(service, 'operator');
  const admin = await keyFor(service, 'admin', { roles: ['admin'] });
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  const send = (key: string) => call(service, 'POST', `/copies/${session.videos[0]?.id}/send`, key);
  await setDestination(service, {}, operator);
  const refused = { status: 403, error_code: 'role-missing' };
  expect(await send(operator)).toMatchObject(refused);
  expect((await entriesOf(service)).at(-1)).toMatchObject({
    ...{ action: 'copy.send', outcome: 'refused', reason: 'role-missing' },
  });
  expect(await send(admin)).toMatchObject({ status: 200 });
  await untilCopies(service, areAll('sent'));
  // It lies there now: once more shows nobody anything new.
  expect(await send(operator)).toMatchObject({ status: 200 });
  await expect.poll(() => carrier.arrivals.length).toBe(2);
  await untilCopies(service, areAll('sent'));
  // Nor by asking for it again where it is, and leading it elsewhere while it cannot be sent.
  carrier.fault = () => ({ code: 'destination-unreachable' });
  expect(await send(operator)).toMatchObject({ status: 200 });
  await untilCopies(service, areAll('failing'));
  carrier.fault = () => undefined;
  await setDestination(service, { place: { ...PLACE, bucket: 'mine' } }, operator);
  service.clock.now += 3600_000;
  const later = await recorded(service, service.key, { endUserId: 'bob' });
  await untilCopies(service, areAll('sent'));
  expect(carrier.arrivals.slice(2)).toEqual([
    `default/${later.session.id}/${later.session.videos[0]?.id}.mp4`,
  ]);
  expect(await send(operator)).toMatchObject(refused);
});

test('[P55] a tenant tries one destination at a time, and not for ever', async () => {
  const { service, carrier } = await redundant({ destinations: { probeMs: 2000 } });
  await setDestination(service);
  const begun = Promise.withResolvers<void>();
  const { probe } = carrier;
  carrier.probe = (_, signal) => {
    begun.resolve();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(fail('destination-stopped')));
    });
  };
  const tried = () => call(service, 'POST', `${DESTINATION}/test`, service.key);
  const first = tried();
  await begun.promise;
  expect(await tried()).toMatchObject({ status: 409, error_code: 'not-now' });
  expect(await first).toMatchObject({ status: 502, error_code: 'destination-unreachable' });
  carrier.probe = probe;
  expect(await tried()).toMatchObject({ status: 200 });
});
