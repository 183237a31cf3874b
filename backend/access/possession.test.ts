import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import type { TokenGrant } from '../../contract/wire.ts';
import { TOKEN_ACTIONS } from '../../contract/wire.ts';
import { newClient, SOME_CLIENT } from '../trial/client.ts';
import { takeOf } from '../trial/media.ts';
import { recorded } from '../trial/recorded.ts';
import { call, headersOf, start, startOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';
import { MOST_PROOFS_OF_A_KEY, newSeenProofs } from './proof.ts';

const { version: _, ...POLICY } = DEFAULT_POLICY;
const UNPROVEN = { status: 401, error_code: 'proof-refused' };
const BEYOND = { status: 403, error_code: 'out-of-scope' };

async function policyOf(service: Trial, change: object, collection = 'default') {
  const path = `/collection/${collection}/policy`;
  const put = await call(service, 'PUT', path, service.key, { ...POLICY, ...change });
  expect(put).toMatchObject({ status: 200 });
}

async function tokenFor(service: Trial, wish: object = {}, collection = 'default') {
  const path = `/collection/${collection}/capture/session`;
  const { data: session } = await call(service, 'POST', path, service.key, { end_user_id: 'ada' });
  const asked = { session_id: session.id, ...wish };
  const { data } = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, asked);
  return { session, token: data.token, actions: data.actions };
}

/** As a client that knows nothing of proofs. */
async function bearer(service: Trial, method: string, path: string, token: string, body?: object) {
  const response = await fetch(service.url + path, {
    method,
    headers: { 'x-access-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...JSON.parse(await response.text()) };
}

type Entries = { readonly entries: readonly { readonly actor: string; readonly action: string }[] };
async function actorsOf(service: Trial, object: string) {
  const { data } = await call<Entries>(service, 'GET', `/audit?object=${object}`, service.key);
  return data.entries.map(({ actor, action }) => [action, actor.replace(/fam-.*/, 'fam')]);
}

describe('whoever first proves possession of a key', () => {
  test('[P09] has the token for good, with all that were renewed from it', async () => {
    const service = await trial();
    const { session, token } = await tokenFor(service);
    const path = `/capture/session/${session.id}`;
    expect(await call(service, 'GET', path, token)).toMatchObject({ status: 200 });
    const renewed = await call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    const thief = await newClient();
    for (const secret of [token, renewed.data.token]) {
      expect(await call(service, 'GET', path, secret, undefined, thief)).toMatchObject(UNPROVEN);
      expect(await bearer(service, 'GET', path, secret)).toMatchObject(UNPROVEN);
      expect(await call(service, 'GET', path, secret)).toMatchObject({ status: 200 });
    }
  });

  test('[P09] is the one of several that asked first, however close together', async () => {
    const service = await trial();
    const { session, token } = await tokenFor(service);
    const clients = await Promise.all(Array.from({ length: 8 }, () => newClient()));
    const path = `/capture/session/${session.id}`;
    const answers = await Promise.all(
      clients.map((client) => call(service, 'GET', path, token, undefined, client)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('[P09] is whom your backend names, where it names one', async () => {
    const service = await trial();
    const jkt = await SOME_CLIENT.thumbprint();
    const { session, token } = await tokenFor(service, { jkt });
    const path = `/capture/session/${session.id}`;
    const thief = await newClient();
    expect(await call(service, 'GET', path, token, undefined, thief)).toMatchObject(UNPROVEN);
    expect(await call(service, 'GET', path, token)).toMatchObject({ status: 200 });
    for (const wrong of ['', 'x'.repeat(42), `${'x'.repeat(42)}=`]) {
      const wish = { jkt: wrong };
      expect(await call(service, 'POST', '/capture/session/token', service.key, wish)).toMatchObject({
        status: 400,
      });
    }
  });
});

describe('a client that cannot prove possession', () => {
  test('[P09] is refused, unless the policy lets it in', async () => {
    const service = await trial();
    const { session, token } = await tokenFor(service);
    const path = `/capture/session/${session.id}`;
    expect(await bearer(service, 'GET', path, token)).toMatchObject(UNPROVEN);
    // Being refused has bound it to nobody.
    await policyOf(service, { bearerClients: true });
    expect(await bearer(service, 'GET', path, token)).toMatchObject({ status: 200 });
    await policyOf(service, { bearerClients: false });
    expect(await bearer(service, 'GET', path, token)).toMatchObject(UNPROVEN);
  });

  test('[P09] records, and does nothing else, and the audit log says what it was', async () => {
    const service = await trial();
    await policyOf(service, { bearerClients: true });
    const { session, token, actions } = await tokenFor(service);
    expect(actions).toEqual([...TOKEN_ACTIONS]);
    const path = `/capture/session/${session.id}`;
    const ask = (method: string, to: string, body?: object) =>
      bearer(service, method, path + to, token, body);
    const begin = startOf(session.id, '+mic:default');
    const started = await bearer(service, 'POST', '/capture/session/start', token, begin);
    expect(started).toMatchObject({ status: 200 });
    const [piece] = takeOf();
    const put = await fetch(`${service.url}/rtstream/${started.data.rtstreams[0].rtstream_id}/fragment/1/0`, {
      method: 'PUT',
      headers: { ...(piece && headersOf(piece)), 'x-access-token': token },
      body: Buffer.from(piece?.bytes ?? []),
    });
    expect(put.status).toBe(200);
    expect(await ask('POST', '/pause', { at_ms: 1 })).toMatchObject({ status: 200 });
    expect(await bearer(service, 'POST', '/capture/session/token/renew', token)).toMatchObject(BEYOND);
    const revoke = { channel_id: 'mic:default', erase: true, at_ms: 1 };
    // To take it back takes no proof.
    expect(await ask('POST', '/consent/revoke', revoke)).toMatchObject({ status: 200 });
    // For good: proving something later makes it no more.
    expect(await call(service, 'POST', '/capture/session/token/renew', token)).toMatchObject(BEYOND);
    const stop = { duration_ms: 1, active_ms: 1, channels: [] };
    const stopped = await ask('POST', '/stop', stop);
    expect(stopped).toMatchObject({ status: 200, data: { status: 'stopped' } });
    // The receipt is for nobody's signature.
    expect(decodeJwt(stopped.data.delivery_jws)).toMatchObject({ manifest_sha256: null });
    const claims = { ...stop, session_id: session.id, iat: 1 };
    const signed = { ...stop, manifest_jws: await SOME_CLIENT.manifest(claims) };
    expect(await ask('POST', '/stop', signed)).toMatchObject({ error_code: 'bad-request' });
    expect(await actorsOf(service, session.id)).toEqual(
      expect.arrayContaining([
        ['session.start', 'bearer:fam'],
        ['session.stop', 'bearer:fam'],
      ]),
    );
  });

  test('[P09] with a token for any session starts none in a collection that does not let it in', async () => {
    const service = await trial();
    await policyOf(service, { bearerClients: true });
    const strict = { id: 'strict', name: 'Strict' };
    await call(service, 'POST', '/collection', service.key, strict);
    const [here, there] = [await tokenFor(service), await tokenFor(service, {}, 'strict')];
    const wish = { end_user_id: 'ada' };
    const { data } = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish);
    const begin = (id: string) =>
      bearer(service, 'POST', '/capture/session/start', data.token, startOf(id, 'mic:default'));
    expect(await begin(there.session.id)).toMatchObject(UNPROVEN);
    expect(await begin(here.session.id)).toMatchObject({ status: 200 });
  });
});

describe('a token', () => {
  test('[P09] starts only the channels it is for, by id or by kind', async () => {
    const service = await trial();
    const { session, token } = await tokenFor(service, { channels: ['mic', 'display:1'] });
    const begin = (...channels: string[]) => start(service, token, session.id, ...channels);
    expect(await begin('mic:default', 'display:2')).toMatchObject({ ...BEYOND, detail: 'display:2' });
    expect(await begin('system_audio:default')).toMatchObject(BEYOND);
    expect(await begin('mic:usb', '+display:1')).toMatchObject({ status: 200 });
  });

  test('[P09] for a person starts only sessions of that person, and is not told of others', async () => {
    const service = await trial();
    const ask = async (wish: object) =>
      call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish);
    const { data } = await ask({ end_user_id: 'ada' });
    const bobs = await recorded(service, service.key, { endUserId: 'bob', until: 'created' });
    const adas = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
    const foreign = { status: 403, error_code: 'token-foreign' };
    for (const id of [bobs.session.id, 'cap-nowhere00']) {
      const answer = await start(service, data.token, id, 'mic:default');
      expect(answer).toEqual({
        ...answer,
        ...foreign,
        message: 'The token does not belong to this session.',
      });
      expect(await call(service, 'GET', `/capture/session/${id}`, data.token)).toMatchObject(foreign);
    }
    expect(await start(service, data.token, adas.session.id, 'mic:default')).toMatchObject({ status: 200 });
    expect(await ask({ session_id: bobs.session.id, end_user_id: 'ada' })).toMatchObject({ status: 400 });
  });

  test('[P09] without a session does not get into one that is under way', async () => {
    const service = await trial();
    const running = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    const { data } = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, {});
    expect(await start(service, data.token, running.session.id, '+mic:default')).toMatchObject({
      status: 403,
      error_code: 'token-foreign',
    });
  });

  test('[P08] is renewed only while its session is live: not after its longest time, and not once revoked', async () => {
    const service = await trial();
    const renew = (token: string) => call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    await policyOf(service, { maxSessionMinutes: 8 });
    const { session, token } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    service.clock.now += 8 * 60_000 - 1;
    const last = await renew(token);
    expect(last).toMatchObject({ status: 200 });
    service.clock.now += 1;
    expect(await renew(last.data.token)).toMatchObject({ status: 403, error_code: 'session-too-long' });
    // What was recorded in time may still be delivered.
    expect(await call(service, 'GET', `/capture/session/${session.id}`, last.data.token)).toMatchObject({
      status: 200,
    });
    // The session was begun under the stricter one.
    await policyOf(service, { maxSessionMinutes: null });
    expect(await renew(last.data.token)).toMatchObject({ status: 403, error_code: 'session-too-long' });
    const revoked = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
    const path = `/collection/default/capture/session/${revoked.session.id}/revoke`;
    expect(await call(service, 'POST', path, service.key)).toMatchObject({ data: { tokens: 1 } });
    expect(await renew(revoked.token)).toMatchObject({ status: 401, error_code: 'not-authorised' });
  });

  test('[P08] without a session is not renewed for ever either', async () => {
    const service = await trial();
    const { data } = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, {});
    let { token } = data;
    const renew = () => call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    for (let minutes = 0; minutes < 24 * 60; minutes += 8) {
      token = (await renew()).data.token;
      service.clock.now += 8 * 60_000;
    }
    service.clock.now += 1000;
    expect(await renew()).toMatchObject({ status: 401, error_code: 'token-expired' });
  }, 30_000);
});

test('[P09] the proofs of one key take up so much memory and no more, and hold up nobody else', () => {
  const seen = newSeenProofs(() => Number.POSITIVE_INFINITY);
  const proof = (jkt: string, count: number) => ({ jkt, jti: `jti-${count}`, iat: 0 });
  for (let count = 0; count < MOST_PROOFS_OF_A_KEY; count++)
    expect(seen.note(proof('greedy', count), 0)).toBe(true);
  expect(seen.note(proof('greedy', MOST_PROOFS_OF_A_KEY), 0)).toBe(false);
  expect(seen.note(proof('other', 0), 0)).toBe(true);
  expect(seen.note(proof('other', 0), 120_000)).toBe(false);
  // Until none of them could be taken any more.
  expect(seen.note(proof('greedy', 0), 120_999)).toBe(false);
  expect(seen.note(proof('greedy', MOST_PROOFS_OF_A_KEY), 121_000)).toBe(true);
});

test('[P09] a proof that was used is of no use to a process that began later, and cannot know of it', () => {
  const proof = { jkt: 'a', jti: 'b', iat: 100 };
  expect(newSeenProofs(() => 0).note(proof, 100_999)).toBe(true);
  expect(newSeenProofs(() => 0).note(proof, 101_000)).toBe(false);
  expect(newSeenProofs(() => 30_000).note(proof, 130_999)).toBe(true);
  expect(newSeenProofs(() => 30_000).note(proof, 131_000)).toBe(false);
});

test('[P09] a process that began with a clock an hour ahead takes proofs once the clock is right', () => {
  let ageMs = 0;
  const seen = newSeenProofs(() => ageMs);
  const [ahead, right] = [3_700_000, 100_000];
  expect(seen.note({ jkt: 'a', jti: 'b', iat: ahead / 1000 }, ahead)).toBe(true);
  ageMs = 2000;
  expect(seen.note({ jkt: 'a', jti: 'c', iat: right / 1000 }, right)).toBe(true);
  expect(seen.note({ jkt: 'a', jti: 'd', iat: right / 1000 - 3 }, right)).toBe(false);
});
