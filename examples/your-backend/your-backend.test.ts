import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { createKey } from '../../backend/main.ts';
import { newClient } from '../../backend/trial/client.ts';
import { call } from '../../backend/trial/recorder.ts';
import { folder, must, type Trial, trial } from '../../backend/trial/service.ts';
import type { SessionView } from '../../contract/wire.ts';
import { startYourBackend } from './start.ts';

const SECRET = 'the secret of this connection';

async function running() {
  const service = await trial();
  const apiKey = await captureKey(service);
  const backend = await startYourBackend({
    server: service.url,
    apiKey,
    connectSecret: SECRET,
    endUser: 'ada',
    serviceKey: 'k'.repeat(43),
  });
  onTestFinished(backend.close);
  const ask = async (path: string, body: object | undefined, authorization = `Bearer ${SECRET}`) => {
    const response = await fetch(backend.url + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { service, apiKey, ask };
}

/** Your backend can make sessions and tokens, and nothing else. */
async function captureKey({ dataDir }: Trial): Promise<string> {
  return must(await createKey({ dataDir, name: 'your backend', roles: ['capture'] })).key;
}

test('[P08] it hands out a session of its user and a token for that session', async () => {
  const { service, ask } = await running();
  const { status, body } = await ask('/session', { title: 'Weekly' });
  expect(status).toBe(200);
  expect(body).toEqual({
    server: service.url,
    session_id: expect.stringMatching(/^cap-/),
    title: 'Weekly',
    token: expect.stringMatching(/^st-/),
    expires_at: service.clock.now / 1000 + 600,
    service_key: 'k'.repeat(43),
  });
  const { data } = await call<SessionView>(service, 'GET', `/capture/session/${body.session_id}`, body.token);
  expect(data).toMatchObject({ end_user_id: 'ada', metadata: { title: 'Weekly' } });
});

test('it does without a title and without a body', async () => {
  const { ask } = await running();
  expect(await ask('/session', undefined)).toMatchObject({ status: 200, body: { title: null } });
});

test('it hands out a fresh token for a session of its user, and for no other', async () => {
  const { service, ask } = await running();
  const { body: first } = await ask('/session', {});
  const again = await ask('/token', { session_id: first.session_id });
  expect(again).toMatchObject({ status: 200, body: { session_id: first.session_id } });
  expect(again.body.token).not.toBe(first.token);

  const path = '/collection/default/capture/session';
  const { data: foreign } = await call(service, 'POST', path, service.key, { end_user_id: 'bob' });
  for (const session_id of [foreign.id, 'cap-nowhere00', '../../policy', '', undefined])
    expect(await ask('/token', { session_id })).toMatchObject({ status: 404 });
});

test('[P09] a token is bound to the key of the client that asked, before anybody shows it', async () => {
  const { service, ask } = await running();
  const [mine, thief] = [await newClient(), await newClient()];
  const jkt = mine.jkt;
  const { body: first } = await ask('/session', { jkt });
  const { body: second } = await ask('/token', { session_id: first.session_id, jkt });
  const path = `/capture/session/${first.session_id}`;
  for (const { token } of [first, second]) {
    const stolen = await call(service, 'GET', path, token, undefined, thief);
    expect(stolen).toMatchObject({ status: 401, error_code: 'proof-refused' });
    expect(await call(service, 'GET', path, token, undefined, mine)).toMatchObject({ status: 200 });
  }
});

test('it answers nobody without the secret', async () => {
  const { ask } = await running();
  for (const shown of ['', 'Bearer', 'Bearer wrong', SECRET, `Bearer ${SECRET}x`])
    for (const path of ['/session', '/token'])
      expect(await ask(path, {}, shown)).toMatchObject({ status: 401, text: '' });
});

test('[P08] a link that it makes connects the app, once and for minutes only', async () => {
  const time = { now: 0 };
  const config = {
    server: 'https://media.example',
    apiKey: 'tl_1',
    connectSecret: 'the-secret-of-a-client',
    endUser: 'ada',
  };
  const backend = await startYourBackend(config, () => time.now);
  onTestFinished(backend.close);
  const headers = { authorization: `Bearer ${config.connectSecret}` };
  const post = (path: string, body: object, shown: Record<string, string>) =>
    fetch(backend.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...shown },
      body: JSON.stringify(body),
    });
  const newCode = async () => {
    const { link } = z.object({ link: z.string() }).parse(await (await post('/code', {}, headers)).json());
    // The form that app/desktop/deep-link.ts reads.
    const [, code, address] = /^tallylight:\/\/connect\?code=([\w-]{43})&backend=(.+)$/.exec(link) ?? [];
    expect(decodeURIComponent(address ?? '')).toBe(backend.url);
    return code;
  };
  // As the app asks: without its secret, which it does not have yet.
  const connect = async (code: unknown) => {
    const response = await post('/connect', { code }, {});
    return [response.status, await response.text()];
  };
  expect((await post('/code', {}, {})).status).toBe(401);

  const code = await newCode();
  expect(await connect('a-guess-of-somebody')).toEqual([410, '']);
  expect(await connect(code)).toEqual([200, JSON.stringify({ secret: config.connectSecret })]);
  expect(await connect(code)).toEqual([410, '']);
  const late = await newCode();
  time.now += 5 * 60_000;
  for (const shown of [late, undefined, null, {}]) expect(await connect(shown)).toEqual([410, '']);
});

test('[P07] the key never leaves it', async () => {
  const { apiKey, ask } = await running();
  const { body } = await ask('/session', {});
  const answers = [await ask('/session', {}), await ask('/token', body), await ask('/token', {})];
  expect(JSON.stringify(answers)).not.toContain(apiKey);
});

test('it says so when the media service does not take its key', async () => {
  const service = await trial();
  const config = { server: service.url, apiKey: 'tl_old', connectSecret: SECRET, endUser: 'ada' };
  const backend = await startYourBackend(config);
  onTestFinished(backend.close);
  const headers = { authorization: `Bearer ${SECRET}` };
  expect((await fetch(`${backend.url}/session`, { method: 'POST', headers })).status).toBe(502);
});

test('[P22] run by itself, it has its key from a file, and says where it is', async () => {
  const service = await trial();
  const keyFile = join(await folder(), 'key');
  await writeFile(keyFile, `${await captureKey(service)}\n`, { mode: 0o600 });
  const child = spawn(process.execPath, [new URL('./start.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      TALLYLIGHT_SERVER: service.url,
      TALLYLIGHT_API_KEY_FILE: keyFile,
      TALLYLIGHT_CONNECT_SECRET: SECRET,
    },
  });
  onTestFinished(() => void child.kill());
  const [line] = await once(createInterface(child.stdout), 'line');
  const headers = { authorization: `Bearer ${SECRET}` };
  const response = await fetch(`${JSON.parse(line).url}/session`, { method: 'POST', headers });
  expect(response.status).toBe(200);
});

/** With the real service, which signs and sends its events to it. */
async function heard() {
  const port = await freePort();
  const service = await trial({ webhooks: { allow: [`127.0.0.1:${port}`], lookMs: 20 } });
  // The library of the receiving side asks the real clock how old a webhook is.
  service.clock.now = Date.now();
  const { data } = await call<{ secret: string }>(service, 'POST', '/webhook/secret', service.key);
  const backend = await startYourBackend({
    server: service.url,
    apiKey: await captureKey(service),
    connectSecret: SECRET,
    endUser: 'ada',
    webhookSecret: data.secret,
    port,
  });
  onTestFinished(backend.close);
  return { service, backend, secret: data.secret };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('it listened on a port');
  return address.port;
}

test('[P24] it hears from the real service what happens to a session', async () => {
  const { service, backend } = await heard();
  const headers = { authorization: `Bearer ${SECRET}` };
  const response = await fetch(`${backend.url}/session`, { method: 'POST', headers });
  const { session_id: id } = z.object({ session_id: z.string() }).parse(await response.json());
  const last = (event: string) =>
    vi.waitFor(() => expect(backend.lastEvents.get(id)).toMatchObject({ event }), 10_000);
  await last('capture_session.created');
  const path = `/collection/default/capture/session/${id}`;
  await call(service, 'DELETE', path, service.key);
  await last('capture_session.deleted');
  const dead = await call<{ events: object[] }>(service, 'GET', '/webhook/dead', service.key);
  expect(dead.data.events).toEqual([]);
});

test('[P24] it takes no webhook that is unsigned, forged, edited, replayed or old', async () => {
  const { backend, secret } = await heard();
  const now = new Date();
  const body = JSON.stringify({ event: 'capture_session.stopped', capture_session_id: 'cap-00000001' });
  const signed = (id: string, at = now, key = secret) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(id, at, body),
  });
  const post = async (headers: Record<string, string>, sent = body) =>
    (await fetch(`${backend.url}/webhook`, { method: 'POST', headers, body: sent })).status;

  const { 'webhook-signature': _, ...unsigned } = signed('evt-1');
  const forged = signed('evt-1', now, `whsec_${Buffer.alloc(32).toString('base64')}`);
  const refused = [
    {},
    unsigned,
    { ...unsigned, 'webhook-signature': '' },
    { ...unsigned, 'webhook-signature': 'v1,' },
    forged,
    signed('evt-1', new Date(now.getTime() - 6 * 60_000)),
    signed('evt-1', new Date(now.getTime() + 6 * 60_000)),
    { ...signed('evt-1'), 'webhook-id': 'evt-2' },
  ];
  for (const headers of refused) expect(await post(headers)).toBe(401);
  expect(await post(signed('evt-1'), body.replace('stopped', 'failed'))).toBe(401);
  expect(backend.lastEvents.size).toBe(0);

  expect(await post(signed('evt-1'))).toBe(204);
  expect(await post(signed('evt-1'))).toBe(401);
  // Sent again by the service itself, which signs anew each time: it is told that we have it, and nothing happens twice.
  expect(await post(signed('evt-1', new Date(now.getTime() + 10_000)))).toBe(204);
  expect(await post(signed('evt-1', new Date(now.getTime() + 10_000)))).toBe(401);
  expect(backend.lastEvents.get('cap-00000001')).toEqual(JSON.parse(body));
});
