import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createKey, ROLES } from '../main.ts';
import { createTenant, endKey, listKeys } from '../manage.ts';
import { adminOf, confirmedCall, PASSWORD } from '../trial/admin.ts';
import { holding, rowsOf } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { listen } from '../trial/subscriber.ts';
import { addKey, revokeKey, rotateKey } from './manage-keys.ts';

const KEYS = '/user/api_key';
const WISH = { name: 'ci', environment: 'production', roles: ['capture'] };
type Key = {
  readonly id: string;
  readonly key: string;
  readonly prefix: string;
  readonly expires_at: number;
};
type Confirmation = { readonly confirmation: string; readonly expires_at: number };

async function confirm(service: Trial, credentials = { name: 'ada', password: PASSWORD }, key = service.key) {
  return call<Confirmation>(service, 'POST', '/user/confirm', key, credentials);
}

/** A service whose admin has just confirmed, and how to manage its keys. */
async function managed() {
  const service = await trial();
  await adminOf(service);
  const { confirmation } = (await confirm(service)).data;
  const manage = <T = Key>(method: string, path: string, body?: object, key = service.key) =>
    confirmedCall<T>(service, confirmation, [method, path], key, body);
  const made = async (wish: object = WISH) => (await manage('POST', KEYS, wish)).data;
  return { service, confirmation, manage, made };
}

const looks = (service: Trial, key: string) => call(service, 'GET', '/collection', key);

describe('a key', { timeout: 30_000 }, () => {
  test('[P21] [P43] is made, serves at once, is listed, and is refused once deleted', async () => {
    const { service, manage, made } = await managed();
    const key = await made();
    expect(key).toMatchObject({ ...WISH, expires_at: null, last_used_at: null });
    expect(await looks(service, key.key)).toMatchObject({ status: 200 });
    const { keys } = (await manage<{ keys: Key[] }>('GET', KEYS)).data;
    expect(keys).toContainEqual({
      ...WISH,
      ...{ id: key.id, prefix: key.prefix, created_at: service.clock.now / 1000, expires_at: null },
      last_used_at: service.clock.now / 1000,
    });
    expect(await manage('DELETE', `${KEYS}/${key.id}`)).toMatchObject({ status: 200 });
    expect(await looks(service, key.key)).toMatchObject({ status: 401, error_code: 'not-authorised' });
    expect(await manage('DELETE', `${KEYS}/${key.id}`)).toMatchObject({
      status: 404,
      error_code: 'key-unknown',
    });
  });

  test('[P42] is shown once, kept as a digest only, and told by its first letters', async () => {
    const { service, manage, made } = await managed();
    const { key, prefix } = await made();
    expect(key).toMatch(/^tl_live_[A-Za-z0-9_-]{43}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength('tl_live_'.length + 6);
    const list = JSON.stringify(await manage('GET', KEYS));
    const kept = rowsOf(service.dataDir, 'select sha256 from api_key');
    expect(kept).toHaveLength(2);
    for (const { sha256 } of kept) expect(list).not.toContain(sha256);
    expect(list).not.toContain(key.slice(prefix.length));
    // Not even what of it is not shown.
    for (const each of [key, service.key]) expect(holding(service.dataDir, each.slice(14))).toEqual([]);
  });

  test('[P22] [P28] says by its first letters which environment it is for, and reaches no other', async () => {
    const { service, made } = await managed();
    const development = await made({ ...WISH, environment: 'development', roles: [...ROLES] });
    expect(development.prefix).toMatch(/^tl_test_/);
    const there = await recorded(service, development.key, { endUserId: 'ada' });
    const here = await recorded(service, service.key, { endUserId: 'ada' });
    const list = async (key: string) =>
      (
        await call<{ sessions: { id: string }[] }>(service, 'GET', '/collection/default/capture/session', key)
      ).data.sessions.map(({ id }) => id);
    expect(await list(development.key)).toEqual([there.session.id]);
    expect(await list(service.key)).toEqual([here.session.id]);
  });

  test('[P22] is rotated: both serve for the overlap, and the old one not a second longer', async () => {
    const { service, manage, made } = await managed();
    const old = await made();
    const rotated = await manage('POST', `${KEYS}/${old.id}/rotate`, { overlap_seconds: 60 });
    expect(rotated).toMatchObject({ status: 200, data: WISH });
    service.clock.now += 59_999;
    expect(await looks(service, old.key)).toMatchObject({ status: 200 });
    expect(await looks(service, rotated.data.key)).toMatchObject({ status: 200 });
    service.clock.now += 1;
    expect(await looks(service, old.key)).toMatchObject({ status: 401 });
    expect(await looks(service, rotated.data.key)).toMatchObject({ status: 200 });
    expect(await manage('POST', `${KEYS}/${old.id}/rotate`, {})).toMatchObject({
      status: 409,
      error_code: 'not-now',
    });
    const day = await manage('POST', `${KEYS}/${rotated.data.id}/rotate`, {});
    expect(day).toMatchObject({ status: 200 });
    const { keys } = (await manage<{ keys: Key[] }>('GET', KEYS)).data;
    const until = Math.floor(service.clock.now / 1000) + 86_400;
    expect(keys.find(({ id }) => id === rotated.data.id)?.expires_at).toBe(until);
    for (const overlap_seconds of [-1, 2_592_001, 1.5])
      expect(await manage('POST', `${KEYS}/${day.data.id}/rotate`, { overlap_seconds })).toMatchObject({
        status: 400,
      });
  });

  test('[P43] takes its tokens and its sockets with it, at once', async () => {
    const { service, manage, made } = await managed();
    const key = await made({ ...WISH, roles: ['capture', 'read'] });
    const { token, session, streams } = await recorded(service, key.key, {
      ...{ endUserId: 'ada', until: 'started' },
    });
    const address = '/collection/default/websocket';
    const { data } = await call<{ websocket_url: string }>(service, 'GET', address, key.key);
    const unused = await call<{ websocket_url: string }>(service, 'GET', address, key.key);
    const sockets = [
      await listen(`${service.url}/rtstream/${streams[0]}/live`, key.key),
      await listen(data.websocket_url),
    ];
    const closed = Promise.all(sockets.map(({ socket }) => once(socket, 'close')));
    await manage('DELETE', `${KEYS}/${key.id}`);
    expect((await closed).map(([code]) => code)).toEqual([1008, 1008]);
    expect(await call(service, 'GET', `/capture/session/${session.id}`, token)).toMatchObject({
      status: 401,
      error_code: 'not-authorised',
    });
    await expect(listen(unused.data.websocket_url)).rejects.toThrow('401');
  });

  test('[P43] has ended its sockets when revoking it is done, and not only when they are looked at next', async () => {
    const service = await trial();
    const parts = await partsOf(service);
    const wish = { tenantId: 'default', environment: 'production', roles: ROLES, name: 'x' } as const;
    const ended: string[] = [];
    const open = async () => {
      const { record } = await addKey(parts, wish);
      parts.sockets.add(record.id, () => ended.push(record.id));
      return record.id;
    };
    const [revoked, rotated, overlapping] = [await open(), await open(), await open()];
    must(await revokeKey(parts, 'default', revoked));
    must(await rotateKey(parts, 'default', rotated, 0));
    must(await rotateKey(parts, 'default', overlapping, 60));
    expect(ended).toEqual([revoked, rotated]);
    service.clock.now += 60_000;
    await parts.sockets.check(parts.store, service.clock.now);
    expect(ended).toEqual([revoked, rotated, overlapping]);
  });

  test('[P43] ends its sockets within two seconds when another process revokes it', async () => {
    const { service, made } = await managed();
    const key = await made({ ...WISH, roles: ['read'] });
    const { streams } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    const { socket } = await listen(`${service.url}/rtstream/${streams[0]}/live`, key.key);
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(2000) });
    must(await endKey({ dataDir: service.dataDir, variables: {} }, key.id));
    expect((await closed)[0]).toBe(1008);
  });

  test('is not deleted by a request that it makes itself, unless that says so', async () => {
    const { service, manage, made } = await managed();
    const { id, key } = await made({ ...WISH, roles: ['admin'] });
    expect(await manage('DELETE', `${KEYS}/${id}`, undefined, key)).toMatchObject({
      status: 409,
      error_code: 'not-now',
    });
    expect(await looks(service, key)).toMatchObject({ status: 200 });
    expect(await manage('DELETE', `${KEYS}/${id}?itself=true`, undefined, key)).toMatchObject({
      status: 200,
    });
    expect(await looks(service, key)).toMatchObject({ status: 401 });
  });

  test('[P28] leaves who made, rotated and revoked it in the audit log, and nothing of itself', async () => {
    const { service, manage, made } = await managed();
    const { id, key } = await made();
    const rotated = (await manage('POST', `${KEYS}/${id}/rotate`, {})).data;
    await manage('DELETE', `${KEYS}/${id}`);
    const { data } = await call<{ entries: object[] }>(service, 'GET', `/audit?object=${id}`, service.key);
    const by = (action: string, reason: string) =>
      expect.objectContaining({ actor: expect.stringMatching(/^key:key-/), action, outcome: 'done', reason });
    expect(data.entries).toEqual([
      by('key.create', 'production capture'),
      by('key.rotate', `by ${rotated.id} after 86400 s`),
      by('key.revoke', ''),
    ]);
    const all = JSON.stringify(await call(service, 'GET', '/audit?limit=1000', service.key));
    for (const each of [key, rotated.key, service.key, PASSWORD]) expect(all).not.toContain(each.slice(14));
  });
});

describe('managing keys', { timeout: 30_000 }, () => {
  test('[P44] takes a confirmation by the password of an admin, for 300 seconds', async () => {
    const service = await trial();
    await adminOf(service);
    const missing = { status: 403, error_code: 'confirmation-missing' };
    const requests = [
      ['GET', KEYS, undefined],
      ['POST', KEYS, WISH],
      ['POST', `${KEYS}/key-x/rotate`, {}],
      ['DELETE', `${KEYS}/key-x`, undefined],
    ] as const;
    const { confirmation, expires_at } = (await confirm(service)).data;
    expect(expires_at).toBe(service.clock.now / 1000 + 300);
    const manage = (shown: string, [method, path, body]: (typeof requests)[number]) =>
      confirmedCall(service, shown, [method, path], service.key, body);
    for (const request of requests) {
      for (const shown of ['', 'ap-wrong', service.key, confirmation.slice(0, -1)])
        expect(await manage(shown, request)).toMatchObject(missing);
      expect((await manage(confirmation, request)).error_code).not.toBe('confirmation-missing');
    }
    service.clock.now += 299_999;
    expect(await manage(confirmation, requests[0])).toMatchObject({ status: 200 });
    service.clock.now += 1;
    for (const request of requests) expect(await manage(confirmation, request)).toMatchObject(missing);
    expect(holding(service.dataDir, confirmation.slice(3))).toEqual([]);
  });

  test('[P44] [P35] takes one by an admin of the same tenant', async () => {
    const service = await trial();
    must(await createTenant({ dataDir: service.dataDir, variables: {} }, 'other', 'Other'));
    await adminOf(service, 'ada');
    await adminOf(service, 'eve', 'other');
    const refused = { status: 401, error_code: 'sign-in-refused' };
    const known = await confirm(service, { name: 'eve', password: PASSWORD });
    const unknown = await confirm(service, { name: 'nobody', password: PASSWORD });
    expect(known).toMatchObject(refused);
    expect(unknown).toEqual(known);
    expect(await confirm(service, { name: 'ada', password: `${PASSWORD}!` })).toMatchObject(refused);
    const wish = { dataDir: service.dataDir, name: 'theirs', tenant: 'other', roles: ROLES, variables: {} };
    const { key } = must(await createKey(wish));
    const theirs = await confirm(service, { name: 'eve', password: PASSWORD }, key);
    expect(theirs).toMatchObject({ status: 200 });
    // What was confirmed for one tenant is worth nothing in another.
    const { confirmation } = theirs.data;
    expect(await confirmedCall(service, confirmation, ['GET', KEYS], service.key)).toMatchObject({
      status: 403,
      error_code: 'confirmation-missing',
    });
    const list = await confirmedCall<{ keys: object[] }>(service, confirmation, ['GET', KEYS], key);
    expect(list.data.keys).toMatchObject([{ name: 'theirs' }]);
  });

  test('[P22] the first key comes from the command line: without an admin key no route makes one', async () => {
    const service = await trial();
    const { keys } = { keys: must(await listKeys({ dataDir: service.dataDir, variables: {} })) };
    expect(keys).toHaveLength(1);
    const roles = ['capture', 'read'] as const;
    const { key } = must(await createKey({ dataDir: service.dataDir, name: 'x', roles, variables: {} }));
    for (const secret of [undefined, key])
      for (const path of [KEYS, '/user/confirm', `${KEYS}/${keys[0]?.id}/rotate`])
        expect([401, 403]).toContain((await call(service, 'POST', path, secret, WISH)).status);
    expect(must(await listKeys({ dataDir: service.dataDir, variables: {} }))).toHaveLength(2);
  });
});
