import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { secretForCode } from './connect-code.ts';

const CODE = 'c0de_that-is-used-once';
const SECRET = 'the-secret-of-this-client';

/** A backend that takes the code once, as its own should. */
async function backend(answer?: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { readonly line: string; readonly body: string; readonly headers: object }[] = [];
  let isUsed = false;
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      asked.push({ line: `${request.method} ${request.url}`, body, headers: request.headers });
      if (answer !== undefined) return answer(request, response);
      const isRight = !isUsed && JSON.parse(body).code === CODE;
      isUsed ||= isRight;
      response.writeHead(isRight ? 200 : 410).end(isRight ? JSON.stringify({ secret: SECRET }) : '');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { asked, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/tally/` };
}
const says = (status: number, text: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status, { location: 'https://elsewhere.example.com/connect' }).end(text);

test('[P08] a code is given for a secret once, in the body of one request and nowhere else', async () => {
  const { url, asked } = await backend();
  expect(await secretForCode(url, CODE)).toEqual({ ok: true, value: SECRET });
  expect(asked.map(({ line, body }) => ({ line, body }))).toEqual([
    { line: 'POST /tally/connect', body: JSON.stringify({ code: CODE }) },
  ]);
  expect(JSON.stringify(asked[0]?.headers)).not.toContain(CODE);
  const again = await secretForCode(url, CODE);
  expect(again).toMatchObject({ error: { code: 'code-refused', retryable: false } });
  expect(JSON.stringify(again)).not.toContain(CODE);
});

test.each([
  [400, '', 'code-refused'],
  [401, '{}', 'code-refused'],
  [404, 'nothing here', 'code-refused'],
  [410, JSON.stringify({ secret: SECRET }), 'code-refused'],
  [302, '', 'service-failed'],
  [500, '<html>', 'service-failed'],
  [201, JSON.stringify({ secret: SECRET }), 'service-failed'],
  [200, '', 'service-failed'],
  [200, JSON.stringify({ secret: 'short' }), 'service-failed'],
  [200, JSON.stringify({ secret: `${SECRET}\r\nx-evil: 1` }), 'service-failed'],
  [200, JSON.stringify({ secret: 'x'.repeat(501) }), 'service-failed'],
  [200, JSON.stringify({ secret: 'x'.repeat(70_000) }), 'service-failed'],
])('your backend that answers %i %.40j means %3$s, and is asked once', async (status, text, code) => {
  const { url, asked } = await backend(says(status, text));
  const refused = await secretForCode(url, CODE);
  expect(refused).toMatchObject({ ok: false, error: { code } });
  expect(asked).toHaveLength(1);
  expect(JSON.stringify(refused)).not.toMatch(new RegExp(`${CODE}|${SECRET}`));
});

test.each([
  '',
  'short',
  'with spaces in it, which no code has',
  `${'x'.repeat(201)}`,
  'c0de/that/is/a/path/',
])('the code %.30j is sent to nobody', async (code) => {
  const { url, asked } = await backend();
  expect(await secretForCode(url, code)).toMatchObject({ error: { code: 'code-refused' } });
  expect(asked).toEqual([]);
});

test('[P23] a code is not sent without TLS, and to nothing that is no address', async () => {
  expect(await secretForCode('http://backend.example.com', CODE)).toMatchObject({
    error: { code: 'insecure-address' },
  });
  expect(await secretForCode('https://user@backend.example.com', CODE)).toMatchObject({
    error: { code: 'bad-request' },
  });
});

test('your backend that is not there is told, and the code is not sent again', async () => {
  expect(await secretForCode('http://127.0.0.1:9', CODE)).toMatchObject({
    error: { code: 'service-unreachable' },
  });
});
