import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TokenGrant } from '../../contract/wire.ts';
import { TOKEN_ACTIONS } from '../../contract/wire.ts';
import type { Route } from '../http/route.ts';
import { createKey, ROLES } from '../main.ts';
import { endKey, replaceKey } from '../manage.ts';
import { ROUTES } from '../routes/table.ts';
import type { Role } from '../store/records.ts';
import { newClient, SOME_CLIENT, type TrialClient } from '../trial/client.ts';
import { EXAMPLES, requestOf } from '../trial/examples.ts';
import { rowsOf } from '../trial/held.ts';
import { recorded } from '../trial/recorded.ts';
import { call, shownBy, start } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';

type Shown = Record<string, string>;
type Refusal = { readonly status: number; readonly error_code: string };
/** How a caller shows itself to a request, and how that is answered. */
type Case = { readonly shows: (method: string, path: string) => Promise<Shown>; readonly answer: Refusal };

const UNKNOWN: Refusal = { status: 401, error_code: 'not-authorised' };
const EXPIRED: Refusal = { status: 401, error_code: 'token-expired' };
const UNPROVEN: Refusal = { status: 401, error_code: 'proof-refused' };
const BEYOND: Refusal = { status: 403, error_code: 'out-of-scope' };
const NO_ROLE: Refusal = { status: 403, error_code: 'role-missing' };
/** What a caller is told who is not let in. */
const OF_ACCESS = ['not-authorised', 'token-expired', 'proof-refused', 'out-of-scope', 'role-missing'];

const named = ({ method, path }: Route) => `${method} ${path}`;
const guarded = ROUTES.filter(({ access }) => access !== 'open' && access !== 'ticket');
const forKeys = guarded.filter(({ access }) => access !== 'token');
const forKeysOnly = forKeys.filter(({ access }) => access === 'key');
const forTokens = guarded.filter(({ access }) => access !== 'key');

async function ask(service: Trial, route: Route, shows: Case['shows'], id = 'cap-nowhere00') {
  const { path, ...request } = requestOf(route, id);
  const headers = { ...request.headers, ...(await shows(request.method, path)) };
  const response = await fetch(service.url + path, { ...request, headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, ...(isJson ? JSON.parse(text) : {}) };
}

const bare = (secret: string) => async () => ({ 'x-access-token': secret });

function proven(service: Trial, token: string, client: TrialClient = SOME_CLIENT): Case['shows'] {
  return (method, path) => shownBy(client, service, method, path, token);
}

/** A proof for another request, or of another time, than the one it is sent with. */
function askew(
  service: Trial,
  token: string,
  change: { method?: string; path?: string; token?: string; seconds?: number },
): Case['shows'] {
  return async (method, path) => {
    const proof = {
      method: change.method ?? method,
      url: service.url + (change.path ?? path),
      token: change.token ?? token,
      nowMs: service.clock.now + (change.seconds ?? 0) * 1000,
    };
    return { 'x-access-token': token, dpop: await SOME_CLIENT.proof(proof) };
  };
}

/** The same proof for every request of a kind, after it was taken once. */
function replayed(service: Trial, token: string): Case['shows'] {
  return async (method, path) => {
    const shown = await shownBy(SOME_CLIENT, service, method, path, token);
    const request = { method, headers: { ...shown, 'content-type': 'application/json' } };
    // Its form is refused or its id is unknown, and its proof is used.
    const first = await fetch(service.url + path, request);
    expect(JSON.parse(await first.text()).error_code).not.toBe('proof-refused');
    return shown;
  };
}

/** Everything the service knows but what it notes of requests themselves. */
function stateOf({ dataDir }: Trial): unknown {
  const tables = rowsOf(dataDir, "select name from sqlite_master where type = 'table' order by name");
  return tables
    .map(({ name }) => String(name))
    .filter((name) => !['audit_entry', 'audit_subject', 'fact'].includes(name))
    .map((name) => [
      name,
      rowsOf(dataDir, `select * from ${name}`).map(({ last_used_at: _, ...row }) => row),
    ]);
}

async function aToken(service: Trial, key: string, wish: object): Promise<string> {
  return (await call<TokenGrant>(service, 'POST', '/capture/session/token', key, wish)).data.token;
}

const keyFor = async ({ dataDir }: Trial, name: string, roles: readonly Role[]) =>
  must(await createKey({ dataDir, name, roles, variables: {} }));

test('[P33] every route is in the matrix', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(ROUTES.map(named).sort());
});

test('[P33] the only routes that anybody may call say nothing of anybody', () => {
  const open = ROUTES.filter(({ access }) => access === 'open').map(named);
  expect(open.sort()).toEqual(['get /.well-known/jwks.json', 'get /healthz', 'get /openapi.json']);
  expect(ROUTES.filter(({ access }) => access === 'ticket').map(named)).toEqual([
    'get /collection/{c}/events',
  ]);
});

describe('every route refuses, and does nothing for', () => {
  const refusing = async (service: Trial, cases: Record<string, Case>, routes: readonly Route[]) => {
    const before = stateOf(service);
    for (const route of routes)
      for (const [who, { shows, answer }] of Object.entries(cases))
        expect({ who, route: named(route), ...(await ask(service, route, shows)) }).toMatchObject(answer);
    expect(stateOf(service)).toEqual(before);
  };

  test('[P33] whoever shows nothing, or nothing that is known', async () => {
    const service = await trial();
    const cases = {
      nothing: { shows: async () => ({}), answer: UNKNOWN },
      ...Object.fromEntries(
        ['tl_wrong', `tl_live_${'A'.repeat(43)}`, `st-${'A'.repeat(43)}`, 'Bearer x', 'ap-x'].map(
          (secret) => [secret, { shows: bare(secret), answer: UNKNOWN }],
        ),
      ),
      authorization: { shows: async () => ({ authorization: `Bearer ${service.key}` }), answer: UNKNOWN },
    };
    await refusing(service, cases, guarded);
    const ticket = ROUTES.filter(({ access }) => access === 'ticket');
    await refusing(service, { nothing: cases.nothing }, ticket);
  }, 30_000);

  test('[P33] [P43] keys that were revoked or have expired', async () => {
    const service = await trial();
    const { dataDir } = service;
    const [revoked, expired] = [
      await keyFor(service, 'revoked', ROLES),
      await keyFor(service, 'expired', ROLES),
    ];
    expect(await call(service, 'GET', '/collection', revoked.key)).toMatchObject({ status: 200 });
    must(await endKey({ dataDir, variables: {} }, revoked.id));
    must(await replaceKey({ dataDir, variables: {} }, expired.id, 0));
    const cases = {
      revoked: { shows: bare(revoked.key), answer: UNKNOWN },
      expired: { shows: bare(expired.key), answer: UNKNOWN },
    };
    await refusing(service, cases, guarded);
  }, 30_000);

  test('[P08] [P09] tokens that are over, or were revoked with their session or their key', async () => {
    const service = await trial();
    const { dataDir, key } = service;
    const old = await recorded(service, key, { endUserId: 'ada', until: 'started' });
    service.clock.now += 600_000;
    const revoked = await recorded(service, key, { endUserId: 'ada', until: 'started' });
    const path = `/collection/default/capture/session/${revoked.session.id}/revoke`;
    expect(await call(service, 'POST', path, key)).toMatchObject({ data: { tokens: 1 } });
    const doomed = await keyFor(service, 'doomed', ROLES);
    const orphan = await recorded(service, doomed.key, { endUserId: 'ada', until: 'started' });
    must(await endKey({ dataDir, variables: {} }, doomed.id));
    const rotated = await keyFor(service, 'rotated', ROLES);
    const behind = await recorded(service, rotated.key, { endUserId: 'ada', until: 'started' });
    must(await replaceKey({ dataDir, variables: {} }, rotated.id, 0));
    const deleted = await recorded(service, key, { endUserId: 'ada', until: 'started' });
    await call(service, 'DELETE', `/collection/default/capture/session/${deleted.session.id}`, key);
    const cases = {
      expired: { shows: proven(service, old.token), answer: EXPIRED },
      'of a revoked session': { shows: proven(service, revoked.token), answer: UNKNOWN },
      'of a revoked key': { shows: proven(service, orphan.token), answer: UNKNOWN },
      'of an expired key': { shows: proven(service, behind.token), answer: UNKNOWN },
      'of a deleted session': { shows: proven(service, deleted.token), answer: UNKNOWN },
    };
    await refusing(service, cases, guarded);
  }, 30_000);

  test('[P09] a token in the hands of somebody else, who cannot prove possession of its key', async () => {
    const service = await trial();
    const { token } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    const other = await recorded(service, service.key, { endUserId: 'bob', until: 'started' });
    const thief = await newClient();
    const refused = (shows: Case['shows']) => ({ shows, answer: UNPROVEN });
    const cases = {
      'no proof': refused(bare(token)),
      'an empty proof': refused(async () => ({ 'x-access-token': token, dpop: '' })),
      'another key': refused(proven(service, token, thief)),
      'a proof for another token': refused(askew(service, token, { token: other.token })),
      'a proof for another path': refused(askew(service, token, { path: '/healthz' })),
      'a proof for another method': refused(askew(service, token, { method: 'PATCH' })),
      'a proof for another host': refused(async (method, path) => ({
        ...(await shownBy(SOME_CLIENT, { ...service, url: 'http://elsewhere' }, method, path, token)),
      })),
      'a stale proof': refused(askew(service, token, { seconds: -61 })),
      'a proof from the future': refused(askew(service, token, { seconds: 61 })),
      'a consent in the place of a proof': refused(async () => ({
        'x-access-token': token,
        dpop: `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ jti: randomUUID() })).toString('base64url')}.`,
      })),
    };
    await refusing(service, cases, forTokens);
    // A token is refused where only a key will do, whoever holds it: it is not even looked at who that is.
    await refusing(service, { thief: { shows: proven(service, token, thief), answer: BEYOND } }, forKeysOnly);
    for (const route of forTokens) {
      expect({
        route: named(route),
        ...(await ask(service, route, replayed(service, token))),
      }).toMatchObject(UNPROVEN);
    }
  }, 60_000);

  test('[P09] [P33] tokens where a key is asked for, and keys where a token is', async () => {
    const service = await trial();
    const { token } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    await refusing(service, { token: { shows: proven(service, token), answer: BEYOND } }, forKeysOnly);
    const onlyTokens = forTokens.filter(({ access }) => access === 'token');
    await refusing(service, { key: { shows: bare(service.key), answer: UNKNOWN } }, onlyTokens);
  }, 30_000);

  test('[P34] keys without the role', async () => {
    const service = await trial();
    for (const role of ROLES) {
      const { key } = await keyFor(service, role, [role]);
      const without = forKeys.filter(({ roles }) => !roles.includes(role));
      expect(without.length).toBeGreaterThan(0);
      await refusing(service, { [role]: { shows: bare(key), answer: NO_ROLE } }, without);
    }
  }, 30_000);

  test('[P34] keys of development where it concerns production too', async () => {
    const service = await trial();
    const wish = { dataDir: service.dataDir, name: 'development', roles: ROLES, variables: {} };
    const { key } = must(await createKey({ ...wish, environment: 'development' }));
    const shared = forKeysOnly.filter(({ isShared }) => isShared);
    expect(shared.map(({ does }) => does).sort()).toEqual([
      ...['audit.head', 'audit.read', 'audit.verify', 'collection.create', 'collection.delete'],
      ...['key.create', 'key.list', 'key.revoke', 'key.rotate'],
      ...['policy.change', 'policy.change', 'webhook.change', 'webhook.read', 'webhook.rotate'],
    ]);
    await refusing(service, { development: { shows: bare(key), answer: NO_ROLE } }, shared);
  });

  test('[P34] [P09] tokens without the action', async () => {
    const service = await trial();
    const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    for (const action of TOKEN_ACTIONS) {
      const actions = TOKEN_ACTIONS.filter((each) => each !== action);
      const token = await aToken(service, service.key, { session_id: session.id, actions });
      await call(service, 'GET', `/capture/session/${session.id}`, token);
      const asking = forTokens.filter((route) => route.action === action);
      expect([action, asking.length]).not.toEqual([action, 0]);
      const shows = proven(service, token);
      // The first request of a token binds it to its client, also one that is refused.
      for (const route of asking) await ask(service, route, shows);
      await refusing(service, { [action]: { shows, answer: BEYOND } }, asking);
    }
  }, 30_000);
});

test('[P34] a key with one of the roles of a route is let in by it', async () => {
  const service = await trial();
  for (const role of ROLES) {
    const { key } = await keyFor(service, role, [role]);
    for (const route of forKeys.filter(({ roles }) => roles.includes(role)))
      expect(OF_ACCESS).not.toContain((await ask(service, route, bare(key))).error_code);
  }
}, 30_000);

test('[P34] a token with the action of a route is let in by it', async () => {
  const service = await trial();
  for (const route of forTokens) {
    const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
    const actions = [route.action];
    const token = await aToken(service, service.key, { session_id: session.id, actions });
    const answer = await ask(service, route, proven(service, token), session.id);
    expect({ route: named(route), ...answer }).not.toMatchObject({ status: 401 });
    expect(OF_ACCESS).not.toContain(answer.error_code);
  }
}, 30_000);

test('[P33] no path answers to another method', async () => {
  const service = await trial();
  const isServed = (method: string, concrete: string) =>
    ROUTES.some(
      (route) =>
        route.method === method &&
        new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(concrete),
    );
  for (const route of ROUTES)
    for (const method of ['get', 'post', 'put', 'delete', 'patch']) {
      const { path } = requestOf(route, 'cap-nowhere00');
      if (isServed(method, path)) continue;
      const answer = await call(service, method.toUpperCase(), path, service.key);
      expect({ method, path, ...answer }).toMatchObject({ status: 404, error_code: 'bad-request' });
    }
}, 30_000);

test('[P09] a client whose clock is wrong learns the right time from the refusal', async () => {
  const service = await trial();
  const { session, token } = await recorded(service, service.key, {
    endUserId: 'ada',
    until: 'created',
  }).then(async ({ session }) => ({
    session,
    token: await aToken(service, service.key, { session_id: session.id }),
  }));
  const path = `/capture/session/${session.id}`;
  const late = { url: service.url, clock: { now: service.clock.now - 3600_000 } };
  const headers = await shownBy(SOME_CLIENT, late, 'GET', path, token);
  const refused = await fetch(service.url + path, { headers });
  expect(JSON.parse(await refused.text())).toMatchObject({ error_code: 'proof-refused' });
  const learnt = { url: service.url, clock: { now: Date.parse(refused.headers.get('date') ?? '') } };
  expect(learnt.clock.now).toBe(service.clock.now);
  const again = await shownBy(SOME_CLIENT, learnt, 'GET', path, token);
  expect((await fetch(service.url + path, { headers: again })).status).toBe(200);
  expect(await start(service, token, session.id, 'mic:default')).toMatchObject({ status: 200 });
});
