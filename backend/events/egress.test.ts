import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { created, dead, eventTrial, secretOf } from '../trial/events.ts';
import { receiver } from '../trial/receiver.ts';
import { call } from '../trial/recorder.ts';
import { folder } from '../trial/service.ts';
import { TRIED_FOR_MS } from './retry-schedule.ts';

test('[P36] a redirect is not followed', async () => {
  const elsewhere = await receiver();
  const there = await receiver();
  there.answer = (response) => response.writeHead(307, { location: elsewhere.url }).end();
  const service = await eventTrial({ allow: [there.host, elsewhere.host] });
  await created(service, there.url);
  await there.until(1);
  service.clock.now += TRIED_FOR_MS;
  await vi.waitFor(async () => expect(await dead(service)).toMatchObject([{ last_error: 'status 307' }]));
  expect(elsewhere.heard).toEqual([]);
});

test('an answer without end is not read to its end', async () => {
  const there = await receiver();
  let sent = 0;
  const ended = new Promise<void>((resolve) => {
    there.answer = (response) => {
      response.on('close', resolve);
      response.writeHead(200);
      const more = () => {
        if (response.destroyed) return;
        sent += 16_384;
        response.write(Buffer.alloc(16_384), () => setImmediate(more));
      };
      more();
    };
  });
  const service = await eventTrial({ allow: [there.host] });
  await created(service, there.url);
  await ended;
  // What is in the buffers of both sides was sent, but not read.
  expect(sent).toBeLessThan(32 * 1024 * 1024);
  service.clock.now += TRIED_FOR_MS;
  await created(service, there.url);
  await there.until(2);
  expect(await dead(service)).toEqual([]);
});

test('[P36] a callback that is private is refused where the session is made', async () => {
  const there = await receiver();
  const service = await eventTrial();
  const urls = [
    there.url,
    'https://2130706433/',
    'https://[::ffff:127.0.0.1]/',
    'file:///etc/passwd',
    'http://example.org/',
  ];
  for (const callback_url of urls) {
    const session = { end_user_id: 'ada', callback_url };
    const answer = await call(service, 'POST', '/collection/default/capture/session', service.key, session);
    expect(answer).toMatchObject({ status: 422, error_code: 'target-forbidden' });
    const put = await call(service, 'PUT', '/webhook', service.key, { url: callback_url });
    expect(put).toMatchObject({ status: 422, error_code: 'target-forbidden' });
  }
});

test('[P36] a name that comes to mean this machine is not connected to', async () => {
  const there = await receiver();
  let asked = 0;
  const service = await eventTrial({
    async resolve() {
      asked++;
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  const { port } = new URL(there.url);
  await created(service, `https://rebound.example:${port}/hook`);
  await vi.waitFor(async () =>
    expect(await dead(service)).toMatchObject([{ last_error: 'target-forbidden', attempts: 1 }]),
  );
  expect(asked).toBe(1);
  expect(there.heard).toEqual([]);
});

test('[P36] the connection goes to the address that was checked, whatever the name means by then', async () => {
  const there = await receiver();
  const service = await eventTrial({
    allow: ['hooks.invalid'],
    // Nothing else on earth resolves this name: who asked again would not find it.
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  await created(service, `http://hooks.invalid:${new URL(there.url).port}/hook`);
  const [heard] = await there.until(1);
  expect(heard?.headers.host).toMatch(/^hooks\.invalid:/);
});

test('a service does not start with an exception that is no host', async () => {
  await expect(eventTrial({ allow: ['https://x/'] })).rejects.toThrow();
});

test('[P23] a certificate that nobody trusts gets nothing', async () => {
  const folderPath = await folder();
  const [key, cert] = [join(folderPath, 'key.pem'), join(folderPath, 'cert.pem')];
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=hooks.invalid',
  ];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const heard: string[] = [];
  const server = createServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (request, response) => {
      heard.push(request.url ?? '');
      response.end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  const service = await eventTrial({
    allow: ['hooks.invalid'],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const refused = once(server, 'tlsClientError');
  await created(service, `https://hooks.invalid:${address.port}/hook`);
  await refused;
  service.clock.now += TRIED_FOR_MS;
  await vi.waitFor(async () =>
    expect(await dead(service)).toMatchObject([
      { last_error: 'certificate-untrusted: DEPTH_ZERO_SELF_SIGNED_CERT' },
    ]),
  );
  expect(heard).toEqual([]);
});

test('the log tells nothing of addresses, secrets and answers', async () => {
  const there = await receiver();
  there.answer = (response) => response.writeHead(500).end('the secret of your backend');
  const service = await eventTrial({ allow: [there.host] });
  const secret = await secretOf(service);
  await created(service, `${there.url}?token=hush`);
  await there.until(1);
  service.clock.now += TRIED_FOR_MS;
  await vi.waitFor(async () => expect(await dead(service)).toHaveLength(1));
  const told = JSON.stringify([service.log, await dead(service)]);
  for (const word of ['hush', secret.slice(6), 'the secret of your backend'])
    expect(told).not.toContain(word);
});
