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
