import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactVerify, importJWK } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DELETION_TYP, deletionClaims } from '../../contract/wire.ts';
import { clientKey, makeClientKey } from '../auth/client-key.ts';
import { done, TEST_SESSION, testFragment } from '../vault/test-vault.ts';
import { readAnswer } from './answer.ts';
import { serviceClient } from './service-client.ts';
import { agreedStart } from './test-consent.ts';
import { json, refusal, startTestService, TEST_TOKEN } from './test-service.ts';

async function served() {
  const service = await startTestService(TEST_SESSION);
  return { service, client: serviceClient(service.url, TEST_SESSION) };
}
const fragment = testFragment({ sequence: 0 });

describe('the client of the media service', () => {
  test('speaks all the routes of a session', async () => {
    const { service, client } = await served();
    const channels = [{ channel_id: 'mic:default', type: 'audio' as const, store: true }];
    const nothing = { duration_ms: 0, active_ms: 0, channels: [] };
    expect(await client.session(TEST_TOKEN)).toMatchObject({
      value: { end_user_id: 'ada', status: 'created' },
    });
    const start = await agreedStart(clientKey, TEST_SESSION, channels);
    expect(await client.start(TEST_TOKEN, start)).toMatchObject({ value: { status: 'starting' } });
    expect(await client.put(TEST_TOKEN, 'rts-mic-default', fragment)).toMatchObject({
      value: { sha256: fragment.header.sha256 },
    });
    expect(await client.list(TEST_TOKEN, 'rts-mic-default')).toMatchObject({
      value: { next: { take: 1, sequence: 1 } },
    });
    expect(await client.pause(TEST_TOKEN, 5)).toMatchObject({ value: { status: 'paused' } });
    expect(await client.resume(TEST_TOKEN, 9)).toMatchObject({ value: { status: 'active' } });
    expect(await client.stop(TEST_TOKEN, nothing)).toMatchObject({ value: { status: 'stopping' } });
    const revoked = { channel_id: 'mic:default', erase: true, at_ms: 12 };
    expect(await client.revokeConsent(TEST_TOKEN, revoked)).toMatchObject({
      value: { revoked: ['mic:default'] },
    });
    expect(service.held('mic:default')).toEqual([]);
    expect(await client.put(TEST_TOKEN, 'rts-mic-default', testFragment({ sequence: 1 }))).toMatchObject({
      error: { code: 'consent-revoked' },
    });
    expect(service.asked.every(({ token }) => token === TEST_TOKEN)).toBe(true);
  });

  test('ends a fragment on a connection that is given up', async () => {
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    onTestFinished(() => silent.closeAllConnections());
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const cut = new AbortController();
    const client = serviceClient(`http://127.0.0.1:${port}`, TEST_SESSION);
    const sent = client.put(TEST_TOKEN, 'rts-mic-default', fragment, cut.signal);
    await asked.promise;
    cut.abort();
    expect(await sent).toMatchObject({ error: { code: 'service-unreachable' } });
  });

  test('gets the keys of the service without a token, and what was deleted there signed with one of them', async () => {
    const { service, client } = await served();
    service.settings.deleted = [
      { session_id: TEST_SESSION, channel_id: null },
      { session_id: 'cap-of-somebody-else', channel_id: null },
    ];
    const [key] = done(await client.keys()).keys;
    if (key === undefined) throw new Error('no key');
    const { deletions } = done(await client.deletions(TEST_TOKEN, { session_ids: [TEST_SESSION] }));
    expect(deletions).toHaveLength(1);
    const { payload, protectedHeader } = await compactVerify(
      deletions[0] ?? '',
      await importJWK(key, 'EdDSA'),
    );
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: DELETION_TYP, kid: key.kid });
    expect(deletionClaims.parse(JSON.parse(Buffer.from(payload).toString()))).toMatchObject({
      session_id: TEST_SESSION,
      channel_id: null,
    });
    expect(service.asked.map(({ token }) => token)).toEqual(['', TEST_TOKEN]);
  });

  test('tells which policy is in force with every answer that says so, refusals too', async () => {
    const service = await startTestService(TEST_SESSION);
    const versions: number[] = [];
    const client = serviceClient(service.url, TEST_SESSION, { policyVersion: (seen) => versions.push(seen) });
    done(await client.session(TEST_TOKEN));
    service.settings.policy = { ...service.settings.policy, version: 7 };
    service.next(/^GET/, refusal('policy-forbids'));
    await client.session(TEST_TOKEN);
    for (const odd of ['', 'x', '-1', '1.5', '9e99']) {
      service.next(/^GET/, (response) => {
        response.setHeader('x-tallylight-policy-version', odd);
        refusal('not-now')(response);
      });
      await client.session(TEST_TOKEN);
    }
    await client.keys();
    expect(versions).toEqual([1, 7]);
  });

  test('[P62] sends SHA-256 and CRC-32 beside the bytes, and takes no receipt for other bytes', async () => {
    const { service, client } = await served();
    service.stream('mic:default');
    const { header, bytes } = fragment;
    const wrong = { header: { ...header, crc32: '00000000' }, bytes };
    expect(await client.put(TEST_TOKEN, 'rts-mic-default', wrong)).toMatchObject({
      error: { code: 'digest-mismatch' },
    });
    const receipt = {
      rtstream_id: 'rts-mic-default',
      take: 1,
      sequence: 0,
      bytes: 1,
      sha256: header.sha256,
      stored: true,
      received_at: 1,
    };
    service.next(/^PUT/, (response) => json(response, 200, { success: true, data: receipt }));
    expect(await client.put(TEST_TOKEN, 'rts-mic-default', fragment)).toMatchObject({
      error: { code: 'digest-mismatch' },
    });
  });

  test('passes on what the service says, with our own word on whether to try again', async () => {
    const { service, client } = await served();
    service.next(/^GET/, refusal('session-ended', 'long ago'));
    expect(await client.session(TEST_TOKEN)).toMatchObject({
      error: { code: 'session-ended', detail: 'long ago', retryable: false },
    });
  });

  test('[P23] does not follow a redirect, which could carry token and media elsewhere', async () => {
    const { service, client } = await served();
    const stranger: string[] = [];
    const other = createServer((request, response) => {
      stranger.push(String(request.headers['x-access-token']));
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    for (const status of [301, 302, 303, 307, 308]) {
      service.next(/^GET/, (response) => response.writeHead(status, { location }).end());
      expect(await client.session(TEST_TOKEN)).toMatchObject({ error: { code: 'service-failed' } });
    }
    expect(stranger).toEqual([]);
  });

  test('[P23] asks nothing of an address without TLS', async () => {
    const client = serviceClient('http://media.example.com', TEST_SESSION);
    expect(await client.session(TEST_TOKEN)).toMatchObject({ error: { code: 'insecure-address' } });
  });

  test.each([
    ['no JSON', 200, 'hello'],
    ['nothing', 500, ''],
    ['JSON of another kind', 200, '[1]'],
    ['success without data', 200, '{"success":true}'],
    ['data of another kind', 200, '{"success":true,"data":{"id":1}}'],
    ['a code that nobody knows', 400, '{"success":false,"message":"x","error_code":"nonsense","action":"y"}'],
    ['a page of a proxy', 502, '<html>Bad gateway</html>'],
  ])('says that an answer of %s cannot be used', async (_what, status, text) => {
    const { service, client } = await served();
    service.next(/^GET/, (response) => response.writeHead(status).end(text));
    expect(await client.session(TEST_TOKEN)).toMatchObject({
      error: { code: 'service-failed', detail: `GET /capture/session/${TEST_SESSION} answered ${status}` },
    });
  });

  test('says that a service that is not there, or hangs up in the middle, is not reachable', async () => {
    const { service, client } = await served();
    service.next(/^GET/, (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"success"');
      setImmediate(() => response.destroy());
    });
    expect(await client.session(TEST_TOKEN)).toMatchObject({ error: { code: 'service-unreachable' } });
    await service.down();
    expect(await client.session(TEST_TOKEN)).toMatchObject({
      error: { code: 'service-unreachable', retryable: true },
    });
  });

  test('[P07] never repeats a token in an error, whatever the service says', async () => {
    const { service, client } = await served();
    const seen: unknown[] = [];
    service.next(/^GET/, (response) =>
      json(response, 401, {
        success: false,
        message: `bad ${TEST_TOKEN}`,
        error_code: 'not-authorised',
        action: TEST_TOKEN,
        detail: `token=${TEST_TOKEN};`,
      }),
    );
    seen.push(await client.session(TEST_TOKEN));
    service.next(/^GET/, (response) => response.writeHead(200).end(TEST_TOKEN));
    seen.push(
      await client.session(TEST_TOKEN),
      await client.session(`${TEST_TOKEN}€`),
      await client.session('wrong'),
    );
    await service.down();
    seen.push(await client.session(TEST_TOKEN));
    expect(seen).toMatchObject(seen.map(() => ({ ok: false })));
    expect(JSON.stringify(seen)).not.toContain(TEST_TOKEN);
  });
});

describe('the proof that a token is ours', () => {
  const HOUR = 3_600_000;

  test.each([HOUR, -HOUR, 70_000, -70_000])(
    '[P08] goes by the clock of the service, which is %i ms ahead: it is learned from the refusal, and kept',
    async (aheadMs) => {
      const service = await startTestService(TEST_SESSION);
      const client = serviceClient(service.url, TEST_SESSION, { key: makeClientKey() });
      service.settings.clockAheadMs = aheadMs;
      service.settings.mayRefuseProofs = true;
      done(await client.session(TEST_TOKEN));
      expect(service.refusedProofs).toEqual([expect.stringMatching(/s away$/)]);
      done(await client.session(TEST_TOKEN));
      expect(service.refusedProofs).toHaveLength(1);
      // The clock of this machine is set right in the middle of it.
      service.settings.clockAheadMs = 0;
      done(await client.session(TEST_TOKEN));
      expect(service.refusedProofs).toHaveLength(2);
    },
  );

  test('[P08][P09] of another key is refused, tried a few times more and then given up', async () => {
    const service = await startTestService(TEST_SESSION);
    service.settings.mayRefuseProofs = true;
    done(await serviceClient(service.url, TEST_SESSION).session(TEST_TOKEN));
    const thief = serviceClient(service.url, TEST_SESSION, { key: makeClientKey() });
    expect(await thief.session(TEST_TOKEN)).toMatchObject({ error: { code: 'proof-refused' } });
    expect(service.refusedProofs).toEqual(Array(4).fill('it is by another key'));
    expect(service.asked).toHaveLength(5);
  });

  test('is not tried again where the answer tells no time', async () => {
    const { service, client } = await served();
    service.next(/^GET/, (response) => {
      response.sendDate = false;
      response.removeHeader('date');
      refusal('proof-refused')(response);
    });
    expect(await client.session(TEST_TOKEN)).toMatchObject({ error: { code: 'proof-refused' } });
    expect(service.asked).toHaveLength(1);
  });
});

test('an answer that does not end is given up at its bound', async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled += 1;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  expect(await readAnswer(new Response(endless), 10_000)).toBeUndefined();
  expect(pulled).toBeLessThan(20);
  expect(await readAnswer(new Response('{"a":1}'), 7)).toEqual({ a: 1 });
  expect(await readAnswer(new Response('{"a":1}'), 6)).toBeUndefined();
  expect(await readAnswer(new Response(null))).toBeUndefined();
});
