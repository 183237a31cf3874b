import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { call } from '../../backend/trial/recorder.ts';
import { trial } from '../../backend/trial/service.ts';
import type { SessionView } from '../../contract/wire.ts';
import { startYourBackend } from './your-backend.ts';

const SECRET = 'the secret of this connection';

async function running() {
  const service = await trial();
  const config = { server: service.url, apiKey: service.key, connectSecret: SECRET, endUser: 'ada' };
  const backend = await startYourBackend(config);
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
  return { service, ask };
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

test('it answers nobody without the secret', async () => {
  const { ask } = await running();
  for (const shown of ['', 'Bearer', 'Bearer wrong', SECRET, `Bearer ${SECRET}x`])
    for (const path of ['/session', '/token'])
      expect(await ask(path, {}, shown)).toMatchObject({ status: 401, text: '' });
});

test('[P07] the key never leaves it', async () => {
  const { service, ask } = await running();
  const { body } = await ask('/session', {});
  const answers = [await ask('/session', {}), await ask('/token', body), await ask('/token', {})];
  expect(JSON.stringify(answers)).not.toContain(service.key);
});

test('it says so when the media service does not take its key', async () => {
  const service = await trial();
  const config = { server: service.url, apiKey: 'tl_old', connectSecret: SECRET, endUser: 'ada' };
  const backend = await startYourBackend(config);
  onTestFinished(backend.close);
  const headers = { authorization: `Bearer ${SECRET}` };
  expect((await fetch(`${backend.url}/session`, { method: 'POST', headers })).status).toBe(502);
});

test('run by itself, it says where it is', async () => {
  const service = await trial();
  const child = spawn(process.execPath, [new URL('./your-backend.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      TALLYLIGHT_SERVER: service.url,
      TALLYLIGHT_API_KEY: service.key,
      TALLYLIGHT_CONNECT_SECRET: SECRET,
    },
  });
  onTestFinished(() => void child.kill());
  const [line] = await once(createInterface(child.stdout), 'line');
  const headers = { authorization: `Bearer ${SECRET}` };
  const response = await fetch(`${JSON.parse(line).url}/session`, { method: 'POST', headers });
  expect(response.status).toBe(200);
});
