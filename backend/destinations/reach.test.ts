import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSftp } from '../trial/servers/sftp.ts';
import { type DestinationPlace, destinationPlace } from './destination.ts';
import { type Address, addressOf } from './reach.ts';
import { sealCredentials } from './sealed.ts';
import { probe } from './transfer.ts';

async function listening(
  answer: RequestListener,
): Promise<{ readonly port: number; readonly count: () => number }> {
  let count = 0;
  const server = createServer(answer);
  server.on('connection', () => {
    count += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, count: () => count };
}

function tried(place: unknown, credentials: object | string, addresses: readonly Address[] = []) {
  const key = randomBytes(32);
  const text = typeof credentials === 'string' ? credentials : JSON.stringify(credentials);
  const order = { place: destinationPlace.parse(place), addresses, key };
  return probe({ ...order, sealedCredentials: sealCredentials(key, text) }, new AbortController().signal);
}

const KINDS: readonly [string, object, () => object][] = [
  [
    's3',
    { region: 'eu-central-1', bucket: 'recordings', pathStyle: true },
    () => ({ accessKeyId: 'AKIATRIAL', secretAccessKey: 'secret' }),
  ],
  ['azure', { account: 'trial', container: 'recordings' }, () => ({ accountKey: 'c2VjcmV0' })],
  [
    'gcs',
    { bucket: 'recordings' },
    () => ({
      client_email: 'copies@trial.iam.gserviceaccount.com',
      private_key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        ...{ type: 'pkcs8', format: 'pem' },
      }),
    }),
  ],
];

/** A redirect, and the address of an upload as Google's interface gives it. */
const WAYS = { 'a redirect': 307, 'the address of an upload': 200 } as const;

test.each(
  KINDS.flatMap(([kind, place, secrets]) =>
    Object.entries(WAYS)
      .filter(([way]) => kind === 'gcs' || way === 'a redirect')
      .map(([way, status]) => [kind, way, status, place, secrets] as const),
  ),
)('[P36] %s: %s leads nowhere else', async (kind, _way, status, place, secrets) => {
  const inside = await listening((_, response) => void response.end());
  for (const host of ['127.0.0.1', 'localhost']) {
    const store = await listening((request, response) => {
      request.resume();
      response.writeHead(status, { location: `http://${host}:${inside.port}/inside` }).end();
    });
    const endpoint = `http://127.0.0.1:${store.port}`;
    expect(await tried({ kind, endpoint, ...place }, secrets())).toMatchObject({ ok: false });
    expect(store.count()).toBeGreaterThan(0);
    expect(inside.count()).toBe(0);
  }
});

test('[P36] the addresses that were looked at are those that are connected to: the name is not looked up again', async () => {
  const server = await startSftp();
  onTestFinished(() => server.stop());
  const place = { ...server.place(server.port), host: 'files.example.invalid' };
  const addresses = [{ address: '127.0.0.1', family: 4 }];
  expect(await tried(place, server.credentials, addresses)).toMatchObject({ ok: true });
  expect(await tried(place, server.credentials)).toMatchObject({
    ok: false,
    error: { code: 'destination-unreachable' },
  });
});

const S3 = {
  kind: 's3',
  region: 'eu-central-1',
  bucket: 'recordings',
  endpoint: 'https://s3.example.org:9000/x',
};

test.each<[string, object, string | undefined]>([
  ['a bucket in the name', {}, 'https://recordings.s3.example.org:9000/x'],
  ['a bucket in the path', { pathStyle: true }, 'https://s3.example.org:9000/x'],
  ['a bucket with dots', { bucket: 'a.b.c' }, 'https://s3.example.org:9000/x'],
  ['a bucket in capitals', { bucket: 'ABC' }, 'https://s3.example.org:9000/x'],
  ['an address', { endpoint: 'https://10.0.0.7' }, 'https://10.0.0.7'],
])('%s is connected to by its host', (_what, more, address) => {
  const place: DestinationPlace = destinationPlace.parse({ ...S3, ...more });
  expect(addressOf(place)).toBe(address);
});
