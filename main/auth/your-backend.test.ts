import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Grant } from '../host.ts';
import { clientKey } from './client-key.ts';
import { givenGrant, yourBackend } from './your-backend.ts';

const SECRET = 'the secret of this connection';
const GRANT = {
  server: 'https://media.example.com',
  session_id: 'cap-0123456789',
  title: 'Weekly',
  token: 'st-1',
  expires_at: 600,
};

async function backend(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { url: string; secret: string; body: string }[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      asked.push({ url, secret: headers.authorization ?? '', body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return {
    asked,
    connection: yourBackend(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`, SECRET),
  };
}
const says = (status: number, text: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status, { location: 'https://elsewhere.example.com' }).end(text);

describe('your backend', () => {
  test('[P07][P08] hands out a session and a token for it, against the secret of this connection', async () => {
    const { asked, connection } = await backend(says(200, JSON.stringify(GRANT)));
    const grant = {
      server: GRANT.server,
      sessionId: GRANT.session_id,
      title: 'Weekly',
      token: 'st-1',
      expiresAtMs: 600_000,
    };
    expect(await connection.open()).toEqual({ ok: true, value: grant });
    expect(await connection.reopen(GRANT.server, GRANT.session_id)).toEqual({ ok: true, value: grant });
    // It can have the token bound to our key before anybody else shows it.
    const jkt = await clientKey.jkt();
    expect(asked.map((request) => ({ ...request, body: JSON.parse(request.body) }))).toEqual([
      { url: '/session', secret: `Bearer ${SECRET}`, body: { jkt } },
      { url: '/token', secret: `Bearer ${SECRET}`, body: { session_id: 'cap-0123456789', jkt } },
    ]);
  });

  test('may name the key that the media service signs with', async () => {
    const service_key = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
    const { connection } = await backend(says(200, JSON.stringify({ ...GRANT, service_key })));
    expect(await connection.open()).toMatchObject({ value: { serviceKey: service_key } });
  });

  test.each([
    [401, '', 'not-authorised'],
    [403, '{}', 'not-authorised'],
    [404, 'nothing here', 'session-unknown'],
    [500, '<html>', 'service-failed'],
    [200, JSON.stringify({ ...GRANT, session_id: '../../policy' }), 'service-failed'],
    [200, JSON.stringify({ ...GRANT, token: '' }), 'service-failed'],
    [200, JSON.stringify({ ...GRANT, service_key: 'no thumbprint' }), 'service-failed'],
    [302, '', 'service-failed'],
  ])('that answers %i %j means %3$s', async (status, text, code) => {
    const { connection } = await backend(says(status, text));
    const refused = await connection.open();
    expect(refused).toMatchObject({ error: { code } });
    expect(JSON.stringify(refused)).not.toContain(SECRET);
  });

  test('that is not there can be tried again', async () => {
    expect(await yourBackend('http://127.0.0.1:9', SECRET).open()).toMatchObject({
      error: { code: 'service-unreachable', retryable: true },
    });
  });

  test('[P23] is not asked without TLS', async () => {
    expect(await yourBackend('http://backend.example.com', SECRET).open()).toMatchObject({
      error: { code: 'insecure-address' },
    });
  });
});

describe('a grant given by hand', () => {
  const grant: Grant = {
    server: 'https://x',
    sessionId: 'cap-0123456789',
    title: null,
    token: 'st-1',
    expiresAtMs: null,
  };

  test('serves once', async () => {
    const connection = givenGrant(grant);
    expect(await connection.open()).toEqual({ ok: true, value: grant });
    expect(await connection.open()).toMatchObject({ error: { code: 'token-expired' } });
    expect(await connection.reopen(grant.server, grant.sessionId)).toMatchObject({
      error: { code: 'token-expired' },
    });
  });

  test('serves a recording of before in place of a new one, and no other session', async () => {
    const connection = givenGrant(grant);
    expect(await connection.reopen(grant.server, 'cap-9876543210')).toMatchObject({
      error: { code: 'token-foreign' },
    });
    expect(await connection.reopen(grant.server, grant.sessionId)).toEqual({ ok: true, value: grant });
    expect(await connection.open()).toMatchObject({ ok: false });
  });
});
