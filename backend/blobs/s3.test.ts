import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type S3Server, startS3 } from '../trial/s3.ts';
import { folder, must } from '../trial/service.ts';
import { blobsOnS3 } from './s3.ts';
import { s3Of } from './s3-place.ts';

const of = { sessionId: 'cap-1', streamId: 'rts-1', take: 1, sequence: 2 };
const key = randomBytes(32);
const failed = { ok: false, error: { code: 'service-failed', retryable: true } };

async function server(): Promise<S3Server> {
  const started = await startS3();
  onTestFinished(started.stop);
  return started;
}

function blobsAt(place: S3Server['place'], endpoint = place.endpoint) {
  const blobs = blobsOnS3({ ...place, endpoint });
  onTestFinished(blobs.close);
  return blobs;
}

/** A proxy in front of the store that does something to what is put there. */
async function proxied(place: S3Server['place'], change: (body: Buffer) => Buffer): Promise<string> {
  const bodyOf = async (message: IncomingMessage) => Buffer.concat(await message.toArray());
  const proxy = createServer(async (asked, answer) => {
    const { method, url, headers } = asked;
    const body = await bodyOf(asked);
    const on = request(place.endpoint + (url ?? ''), { method, headers }, async (told) => {
      answer.writeHead(told.statusCode ?? 0, told.headers).end(await bodyOf(told));
    });
    on.end(method === 'PUT' ? change(body) : body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** The same, which answers a conditional put by itself where `refuses` says a status, as S3 does whose answer is in XML. */
async function refusing(
  place: S3Server['place'],
  refuses: () => Promise<number | undefined>,
): Promise<{ readonly endpoint: string; readonly conditions: () => number }> {
  let conditions = 0;
  const proxy = createServer(async (asked, answer) => {
    const { method, url, headers } = asked;
    const body = Buffer.concat(await asked.toArray());
    const isConditional = headers['if-none-match'] === '*';
    if (isConditional) conditions += 1;
    const status = isConditional ? await refuses() : undefined;
    if (status !== undefined) {
      answer.writeHead(status, { 'content-type': 'application/xml' });
      answer.end('<?xml version="1.0"?><Error><Code>Refused</Code><Message>no</Message></Error>');
      return;
    }
    const on = request(place.endpoint + (url ?? ''), { method, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 0, told.headers);
      told.pipe(answer);
    });
    on.end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, conditions: () => conditions };
}

test('[P63] what is settled first stays, whoever comes next, and is put on the condition that there is nothing', async () => {
  const { place } = await server();
  const { endpoint, conditions } = await refusing(place, async () => undefined);
  const [one, two] = [blobsAt(place, endpoint), blobsAt(place)];
  expect(await one.settled('owner')).toBeUndefined();
  expect(await one.settle('owner', 'one')).toBe('one');
  expect(conditions()).toBe(1);
  expect(await two.settle('owner', 'two')).toBe('one');
  expect(await two.settled('owner')).toBe('one');
  await two.unsettle('owner');
  expect(await two.settle('owner', 'two')).toBe('two');
});

test.each([412, 409])(
  '[P63] of two that settle at the same moment both get what the store has taken (%i)',
  async (status) => {
    const { place } = await server();
    const faster = blobsAt(place);
    // Another has looked, too, and its put comes in between.
    const { endpoint } = await refusing(place, async () => {
      await faster.settle('owner', 'faster');
      return status;
    });
    expect(await blobsAt(place, endpoint).settle('owner', 'slower')).toBe('faster');
  },
);

test('a store that does not know the condition is settled without it; one that refuses is an error', async () => {
  const { place } = await server();
  const old = await refusing(place, async () => 501);
  expect(await blobsAt(place, old.endpoint).settle('owner', 'one')).toBe('one');
  const strict = await refusing(place, async () => 403);
  await expect(blobsAt(place, strict.endpoint).settle('other', 'one')).rejects.toThrow();
  expect(await blobsAt(place).settled('other')).toBeUndefined();
});

test('[P63] a bit that flips on the way to the store is found, and nothing is told to be kept', async () => {
  const { place } = await server();
  const isFlipping = { now: true };
  const endpoint = await proxied(place, (body) => {
    const [first = 0] = body;
    if (isFlipping.now) body[0] = first ^ 1;
    return body;
  });
  const blobs = blobsAt(place, endpoint);
  expect(await blobs.write(of, key, randomBytes(100))).toMatchObject(failed);
  isFlipping.now = false;
  expect(await blobs.write(of, key, randomBytes(100))).toMatchObject({ ok: true });
});

test('a store that does not answer is no damage: asked again when it does, it has what it had', async () => {
  const { place, pause, resume } = await server();
  const blobs = blobsAt(place);
  const bytes = randomBytes(100);
  const name = must(await blobs.write(of, key, bytes));
  await pause();
  expect(await blobs.read(of, name, key)).toMatchObject(failed);
  expect(await blobs.write(of, key, randomBytes(100))).toMatchObject(failed);
  await expect(blobs.removeSession(of.sessionId)).rejects.toThrow();
  await resume();
  expect(Buffer.from(must(await blobs.read(of, name, key)))).toEqual(bytes);
});

test('[P61] every byte of an object is authenticated', async () => {
  const { place, root } = await server();
  const blobs = blobsAt(place);
  const name = must(await blobs.write(of, key, randomBytes(20)));
  const path = join(root, `recordings/service/cap-1/rts-1.${name}._S3rver_object`);
  const whole = readFileSync(path);
  for (let byte = 0; byte < whole.length; byte++) {
    const broken = Buffer.from(whole);
    broken[byte] = (whole[byte] ?? 0) ^ 1;
    writeFileSync(path, broken);
    expect(await blobs.read(of, name, key)).toMatchObject({ error: { code: 'vault-damaged' } });
  }
  writeFileSync(path, whole);
  expect(await blobs.read(of, name, key)).toMatchObject({ ok: true });
});

test('nothing of the settings of AWS on this machine is used', async () => {
  const { place } = await server();
  const settings = join(await folder(), 'config');
  writeFileSync(
    settings,
    '[default]\nregion = nowhere-1\nendpoint_url = http://127.0.0.1:1\nuse_fips_endpoint = true\n',
  );
  for (const [name, value] of [
    ['AWS_CONFIG_FILE', settings],
    ['AWS_SHARED_CREDENTIALS_FILE', settings],
    ['AWS_ENDPOINT_URL', 'http://127.0.0.1:1'],
    ['AWS_ACCESS_KEY_ID', 'another'],
    ['AWS_REQUEST_CHECKSUM_CALCULATION', 'WHEN_SUPPORTED'],
  ] as const)
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await blobsAt(place).write(of, key, randomBytes(10))).toMatchObject({ ok: true });
});

test('a page of objects is not all there is of them', async () => {
  const { place } = await server();
  const blobs = blobsAt(place);
  const fragments = Array.from({ length: 1010 }, (_, sequence) => ({ ...of, sequence }));
  for (let start = 0; start < fragments.length; start += 50)
    for (const written of await Promise.all(
      fragments.slice(start, start + 50).map((each) => blobs.write(each, key, new Uint8Array())),
    ))
      must(written);
  await blobs.removeSession(of.sessionId);
  expect(await blobs.sessionIds()).toEqual([]);
});

test('the place is said by variables, TLS but for this machine, secrets also from files', async () => {
  const secret = join(await folder(), 'secret');
  writeFileSync(secret, ' s3cret\n');
  const keys = { TALLYLIGHT_S3_ACCESS_KEY_ID: 'id', TALLYLIGHT_S3_SECRET_ACCESS_KEY_FILE: secret };
  const all = { TALLYLIGHT_BLOBS: 's3://bucket/a/b/', ...keys };
  expect(s3Of({})).toEqual({ ok: true, value: undefined });
  expect(
    s3Of({ ...all, TALLYLIGHT_S3_ENDPOINT: 'https://s3.example.org/', TALLYLIGHT_S3_REGION: 'eu' }),
  ).toEqual({
    ok: true,
    value: {
      ...{ bucket: 'bucket', prefix: 'a/b', endpoint: 'https://s3.example.org', region: 'eu' },
      ...{ accessKeyId: 'id', secretAccessKey: 's3cret' },
    },
  });
  const usage = { ok: false, error: { code: 'setting-refused' } };
  expect(s3Of({ ...all, TALLYLIGHT_BLOBS: '/var/lib' })).toMatchObject(usage);
  expect(s3Of({ TALLYLIGHT_BLOBS: 's3://bucket' })).toMatchObject(usage);
  expect(s3Of({ ...all, TALLYLIGHT_S3_SECRET_ACCESS_KEY_FILE: '/nowhere' })).toMatchObject(usage);
  expect(s3Of({ ...all, TALLYLIGHT_S3_ENDPOINT: 'https://me:secret@s3.example.org' })).toMatchObject(usage);
  for (const [endpoint, expected] of [
    ['http://s3.example.org', { ok: false, error: { code: 'insecure-address' } }],
    ['http://127.0.0.1.example.org', { ok: false, error: { code: 'insecure-address' } }],
    ['http://127.0.0.1:9000', { ok: true }],
    ['http://[::1]:9000', { ok: true }],
  ] as const)
    expect(s3Of({ ...all, TALLYLIGHT_S3_ENDPOINT: endpoint })).toMatchObject(expected);
});

test('a store that falls silent in the middle of an answer is one that does not answer, whatever was asked', async () => {
  const { place } = await server();
  const stalling = createServer((asked, answer) => {
    asked.resume();
    answer.writeHead(200, { 'content-type': 'application/xml', 'content-length': '100' });
    answer.write('<?xml version="1.0"?>');
  });
  await new Promise<void>((resolve) => stalling.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    stalling.closeAllConnections();
    stalling.close();
  });
  const { port } = stalling.address() as AddressInfo;
  const blobs = blobsOnS3({ ...place, endpoint: `http://127.0.0.1:${port}` }, 200);
  onTestFinished(blobs.close);
  expect(await blobs.read(of, '1.2.name', key)).toMatchObject(failed);
  await expect(blobs.readSealed(of, '1.2.name')).rejects.toThrow();
  await expect(blobs.sessionIds()).rejects.toThrow();
  expect(await blobs.write(of, key, randomBytes(100))).toMatchObject(failed);
});
