import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import type { TokenGrant } from '../../contract/wire.ts';
import { takeOf } from '../trial/media.ts';
import { call, put, start, started, startOf, stopOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';

const SESSIONS = '/collection/default/capture/session';

async function aSession(service: Trial): Promise<string> {
  return (await call(service, 'POST', SESSIONS, service.key, { end_user_id: 'ada' })).data.id;
}

async function aToken(service: Trial, wish: object = {}): Promise<TokenGrant> {
  return (await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish)).data;
}

describe('a token', () => {
  test('[P08] a token lives 600 s unless asked otherwise, and 900 s at most', async () => {
    const service = await trial();
    const now = service.clock.now / 1000;
    expect(await aToken(service)).toMatchObject({ expires_in: 600, expires_at: now + 600, session_id: null });
    expect(await aToken(service, { expires_in: 86_400 })).toMatchObject({ expires_in: 900 });
    const { version: _, ...policy } = DEFAULT_POLICY;
    const strict = { ...policy, tokenMaxSeconds: 120 };
    expect(await call<Policy>(service, 'PUT', '/policy', service.key, strict)).toMatchObject({
      data: { ...strict, version: 2 },
    });
    expect(await aToken(service)).toMatchObject({ expires_in: 120 });
  });

  test('[P08] a token is refused after its lifetime', async () => {
    const service = await trial();
    const session_id = await aSession(service);
    const { token } = await aToken(service, { session_id });
    const look = () => call(service, 'GET', `/capture/session/${session_id}`, token);
    service.clock.now += 599_999;
    expect(await look()).toMatchObject({ status: 200 });
    service.clock.now += 1;
    expect(await look()).toMatchObject({ status: 401, error_code: 'token-expired' });
    expect(await call(service, 'POST', '/capture/session/token/renew', token)).toMatchObject({
      status: 401,
      error_code: 'token-expired',
    });
  });

  test('[P08] a renewed token has a life of its own, and leaves the old one its own', async () => {
    const service = await trial();
    const { session, token } = await started(service, service.key, '+mic:default');
    service.clock.now += 300_000;
    const renewed = await call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    expect(renewed.data).toMatchObject({ expires_in: 600, session_id: session.id });
    const look = (secret: string) => call(service, 'GET', `/capture/session/${session.id}`, secret);
    expect(await look(token)).toMatchObject({ status: 200 });
    service.clock.now += 300_000;
    expect(await look(token)).toMatchObject({ status: 401 });
    expect(await look(renewed.data.token)).toMatchObject({ status: 200 });
  });

  test('[P09] a token cannot be renewed for ever: not after the session, and not a day after it was made', async () => {
    const service = await trial();
    const renew = (token: string) => call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    const ended = await started(service, service.key, 'mic:default');
    expect(
      await call(service, 'POST', `/capture/session/${ended.session.id}/stop`, ended.token, stopOf()),
    ).toMatchObject({
      status: 200,
    });
    expect(await renew(ended.token)).toMatchObject({ status: 409, error_code: 'session-ended' });

    let { token } = await started(service, service.key, '+mic:default');
    for (let hours = 0; hours < 24; hours += 0.125) {
      token = (await renew(token)).data.token;
      service.clock.now += 450_000;
    }
    service.clock.now += 1000;
    expect(await renew(token)).toMatchObject({ status: 401, error_code: 'token-expired' });
  });

  test('[P09] a token that is renewed while its session is revoked, or while it binds, does not come out of it with more', async () => {
    const service = await trial();
    const renew = (token: string) => call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    for (let round = 0; round < 20; round++) {
      const { session, token } = await started(service, service.key, 'mic:default');
      const path = `/collection/default/capture/session/${session.id}/revoke`;
      const [renewed] = await Promise.all([renew(token), call(service, 'POST', path, service.key)]);
      if (renewed.status !== 200) continue;
      expect(await call(service, 'GET', `/capture/session/${session.id}`, renewed.data.token)).toMatchObject({
        status: 401,
      });
    }
    for (let round = 0; round < 20; round++) {
      const { token } = await aToken(service);
      const [first, second] = [await aSession(service), await aSession(service)];
      const [renewed] = await Promise.all([renew(token), start(service, token, first, 'mic:default')]);
      expect(await start(service, renewed.data.token, second, 'mic:default')).toMatchObject({
        status: 403,
        error_code: 'token-foreign',
      });
    }
  }, 30_000);

  test('[P09] a token of one session reaches nothing of another', async () => {
    const service = await trial();
    const own = await started(service, service.key, '+mic:default');
    const other = await started(service, service.key, '+mic:default', 'display:1');
    const [piece] = takeOf();
    if (piece === undefined) throw new Error('there is a first piece');
    const foreign = { status: 403, error_code: 'token-foreign' };
    const path = `/capture/session/${other.session.id}`;
    const { token } = own;
    expect(await call(service, 'GET', path, token)).toMatchObject(foreign);
    expect(await call(service, 'POST', `${path}/pause`, token, { at_ms: 1 })).toMatchObject(foreign);
    expect(await call(service, 'POST', `${path}/resume`, token, { at_ms: 1 })).toMatchObject(foreign);
    expect(await call(service, 'POST', `${path}/stop`, token, stopOf())).toMatchObject(foreign);
    const start = startOf(other.session.id, '+mic:default', 'display:1');
    expect(await call(service, 'POST', '/capture/session/start', token, start)).toMatchObject(foreign);
    for (const stream of other.streams) {
      expect(await put(service, stream, piece, token)).toMatchObject(foreign);
      expect(await call(service, 'GET', `/rtstream/${stream}/fragments`, token)).toMatchObject(foreign);
    }
    const after = await call(service, 'GET', `${SESSIONS}/${other.session.id}`, service.key);
    expect(after.data).toEqual(other.session);
  });

  test('[P09] a token lists no sessions, reads no media, mints no tokens, sets no policy', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const forbidden = [
      ['GET', '/collection'],
      ['GET', '/collection/default'],
      ['GET', SESSIONS],
      ['POST', SESSIONS],
      ['GET', `${SESSIONS}/${session.id}`],
      ['DELETE', `${SESSIONS}/${session.id}`],
      ['GET', '/collection/default/websocket'],
      ['POST', '/capture/session/token'],
      ['GET', `/rtstream/${streams[0]}/live`],
      ['GET', '/video/vid-1'],
      ['GET', '/video/vid-1/download'],
      ['GET', '/video/vid-1/download.sha256'],
      ['DELETE', '/video/vid-1'],
      ['GET', '/policy'],
      ['PUT', '/policy'],
    ] as const;
    for (const [method, path] of forbidden)
      expect({ method, path, ...(await call(service, method, path, token)) }).toMatchObject({
        status: 403,
        error_code: 'out-of-scope',
      });
  });

  test('[P09] a token without a session binds to the first one it starts, with all that were renewed', async () => {
    const service = await trial();
    const [first, second] = [await aSession(service), await aSession(service)];
    const { token } = await aToken(service);
    const renewed = (await call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token)).data
      .token;
    const begin = (secret: string, id: string) => start(service, secret, id, 'mic:default');
    // Before it starts anything it may look at what it could start.
    expect(await call(service, 'GET', `/capture/session/${second}`, token)).toMatchObject({ status: 200 });
    expect(await begin(token, first)).toMatchObject({ status: 200 });
    for (const secret of [token, renewed]) {
      expect(await begin(secret, second)).toMatchObject({ status: 403, error_code: 'token-foreign' });
      expect(await call(service, 'GET', `/capture/session/${second}`, secret)).toMatchObject({ status: 403 });
      expect(await call(service, 'GET', `/capture/session/${first}`, secret)).toMatchObject({ status: 200 });
    }
  });

  test('[P09] a token that is not bound does not look into a session under way', async () => {
    const service = await trial();
    const { session } = await started(service, service.key, 'mic:default');
    const { token } = await aToken(service);
    expect(await call(service, 'GET', `/capture/session/${session.id}`, token)).toMatchObject({
      status: 403,
      error_code: 'token-foreign',
    });
  });

  test('a token is not issued for a session that does not exist', async () => {
    const service = await trial();
    const wish = { session_id: 'cap-nowhere00' };
    expect(await call(service, 'POST', '/capture/session/token', service.key, wish)).toMatchObject({
      status: 404,
      error_code: 'session-unknown',
    });
  });

  test('a token is kept as a digest only', async () => {
    const service = await trial();
    const { token } = await aToken(service);
    for (const name of readdirSync(service.dataDir))
      if (name.startsWith('tallylight.sqlite'))
        expect(readFileSync(join(service.dataDir, name)).includes(token.slice(3))).toBe(false);
  });
});
