import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import type { LogLine } from '../log.ts';
import type { Parts } from '../parts.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { takeOf } from '../trial/media.ts';
import { call, headersOf, shownBy, started } from '../trial/recorder.ts';
import { trial } from '../trial/service.ts';
import { jsonRoute } from './route.ts';
import { routerOf } from './router.ts';

test('an exception leaves as `internal`, without its text, and the log has the cause', async () => {
  const log: LogLine[] = [];
  const parts = { clock: () => 0, log: (line: LogLine) => void log.push(line) } as Parts;
  const broken = jsonRoute({
    method: 'get',
    path: '/broken/{id}',
    access: 'open',
    does: null,
    summary: 'Fails',
    answer: z.object({}),
    async handle() {
      if (log.length === 0) throw new Error('the cause');
      return ok({});
    },
  });
  const response = await routerOf(parts, [broken]).request('/broken/7');
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ success: false, error_code: 'internal' });
  expect(text).not.toContain('the cause');
  expect(log).toMatchObject([
    {
      route: '/broken/{id}',
      status: 500,
      error_code: 'internal',
      cause: expect.stringContaining('the cause'),
    },
  ]);
});

test('an upload that is cut off is no fault of the service, and leaves it as it was', async () => {
  const refused = Promise.withResolvers<LogLine>();
  const service = await trial({
    log(line) {
      if (line.type === 'request' && line.method === 'PUT') refused.resolve(line);
    },
  });
  const { token, streams } = await started(service, service.key, '+mic:default');
  const [init] = takeOf();
  if (init === undefined) throw new Error('there is a first piece');
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  const path = `/rtstream/${streams[0]}/fragment/1/0`;
  const shown = await shownBy(SOME_CLIENT, service, 'PUT', path, token);
  const headers = Object.entries({ ...headersOf(init), ...shown }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`PUT ${path} HTTP/1.1\r\nhost: x\r\n${headers.join('')}content-length: 9999\r\n\r\n`);
  socket.write(init.bytes, () => socket.destroy());
  expect(await refused.promise).toMatchObject({ status: 400, error_code: 'bad-request' });
});

test('a body that is nested too deeply and a time that is none are refused by name', async () => {
  const service = await trial();
  const headers = { 'x-access-token': service.key, 'content-type': 'application/json' };
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const asked = await fetch(`${service.url}/collection/default/capture/session`, {
    method: 'POST',
    headers,
    body: `{"end_user_id":"ada","metadata":${deep}}`,
  });
  expect(asked.status).toBe(400);
  expect(await asked.json()).toMatchObject({ detail: 'the body is nested deeper than 32' });
  const { session, token } = await started(service, service.key, '+mic:default');
  for (const at_ms of [-1, 1e300, 1e12])
    expect(
      await call(service, 'POST', `/capture/session/${session.id}/pause`, token, { at_ms }),
    ).toMatchObject({ status: 400, error_code: 'bad-request', detail: expect.stringContaining('at_ms') });
});

test('a body that is no JSON, empty or too long is refused with what was expected, and nothing of it is told', async () => {
  const service = await trial();
  const { session } = await started(service, service.key, '+mic:default');
  const sessions = '/collection/default/capture/session';
  const detailOf = async (path: string, type: string | undefined, body: string) => {
    const headers = {
      'x-access-token': service.key,
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    const response = await fetch(service.url + path, { method: 'POST', headers, body: Buffer.from(body) });
    expect(response.status).toBe(400);
    const said: { detail?: string } = JSON.parse(await response.text());
    expect(said).toMatchObject({ success: false, error_code: 'bad-request' });
    return said.detail;
  };
  const json = 'application/json';
  const expected = 'a JSON object is expected there, sent as application/json';
  expect(await detailOf(sessions, json, '')).toBe(`the body is empty; ${expected}`);
  expect(await detailOf(sessions, json, 'secret')).toBe(`the body is not JSON; ${expected}`);
  const form = 'application/x-www-form-urlencoded';
  expect(await detailOf(sessions, form, 'end_user_id=ada')).toBe(
    `the body is not JSON, and it was sent as ${form}; ${expected}`,
  );
  expect(await detailOf(sessions, json, `"${'a'.repeat(1024 * 1024)}"`)).toBe(
    'the body is longer than 1048576 bytes',
  );
  // Where it may be left out, one that is there is read all the same.
  expect(await detailOf(`${sessions}/${session.id}/export`, json, '{')).toContain('the body is not JSON');
});
