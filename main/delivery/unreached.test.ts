import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { serviceClient } from './service-client.ts';

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
async function told(server: string) {
  return serviceClient(server, 'cap-0123456789').session('st-some-token');
}

test('a service that cannot be reached is told in words, whatever the reason', async () => {
  const gone = createServer();
  const address = await listening(gone);
  await new Promise((resolve) => gone.close(resolve));
  const breaks = await listening(createServer((request) => request.socket.destroy()));
  const plain = await listening(createServer((_request, response) => response.end()));
  const reasons = await Promise.all(
    [
      address,
      'http://127.0.0.1:1',
      'https://no-such-machine.invalid',
      breaks,
      plain.replace('http:', 'https:'),
    ].map(told),
  );
  expect(reasons.map((result) => (result.ok ? undefined : result.error))).toEqual([
    errorOf('service-unreachable', 'nothing listens at this address: ECONNREFUSED'),
    errorOf('service-unreachable', 'no service of this kind can be at that port'),
    errorOf('service-unreachable', expect.stringMatching(/^(no machine of this name|the name could not)/)),
    errorOf('service-unreachable', expect.stringMatching(/^the connection broke off/)),
    errorOf('service-unreachable', expect.stringMatching(/^it does not speak TLS/)),
  ]);
});
