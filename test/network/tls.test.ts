import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CIPHERS, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TRIED_FOR_MS } from '../../backend/events/retry-schedule.ts';
import { created, dead, eventTrial } from '../../backend/trial/events.ts';
import { trial } from '../../backend/trial/service.ts';
import { listen } from '../../backend/trial/subscriber.ts';
import { errorOf } from '../../contract/result.ts';
import { yourBackend } from '../../main/auth/your-backend.ts';
import { serviceClient } from '../../main/delivery/service-client.ts';
import { secureTls } from '../../main/network/tls.ts';
import { noteStart, TEST_SESSION, testFolder, testVault } from '../../main/vault/test-vault.ts';
import { tallylight } from '../e2e/house.ts';
import { type Authority, at, authority, selfSigned, tlsBefore } from './certificates.ts';
import { hashesOf, heldBy, recordedOf, seenBy, startedBy, tokenOf } from './client.ts';

let folder: string;
let ours: Authority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-authority-'));
  ours = authority(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is wrong, what is told of it, and how the other side shows it. */
const BAD: readonly [string, Parameters<typeof errorOf>[0], () => Promise<TlsOptions>][] = [
  ['is self-signed', 'certificate-untrusted', selfSigned],
  [
    'is of an authority nobody knows',
    'certificate-untrusted',
    async () => authority(await testFolder()).issue(),
  ],
  ['has expired', 'certificate-expired', async () => ours.issue({ from: at(-3), until: at(-1) })],
  ['is not valid yet', 'certificate-expired', async () => ours.issue({ from: at(1), until: at(3) })],
  ['is for another name', 'certificate-foreign', async () => ours.issue({ names: 'DNS:other.example.com' })],
  [
    'comes by TLS 1.1',
    'tls-too-old',
    async () => ({
      ...ours.issue(),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
    }),
  ],
];
const NOTHING = 'http://127.0.0.1:1';

describe.each(BAD)('[P23][P60] a certificate that %s', (_name, code, options) => {
  test('is an error with what to do, for the service and for your backend, and nothing is sent', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(secureTls({ TALLYLIGHT_CA_FILE: ours.file })).toEqual({ ok: true, value: undefined });
    const there = await tlsBefore(() => NOTHING, await options());
    const { message, action } = errorOf(code);
    const asService = await serviceClient(there.url, 'cap-0123456789').session('st-some-token');
    expect(asService).toMatchObject({ ok: false, error: { code, message, action, retryable: true } });
    const asBackend = await yourBackend(there.url, 'some secret').open();
    expect(asBackend).toMatchObject({
      ok: false,
      error: { code, detail: expect.stringMatching(/^your backend: /) },
    });
    expect(action).toMatch(/ask whoever runs it/i);
    await expect(listen(`${there.url}/rtstream/some/live`, 'tl_test_some')).rejects.toThrow();
    expect(there.shown()).toBe(0);
  });

  test('gets no events, and what it was is noted', async () => {
    secureTls({ TALLYLIGHT_CA_FILE: ours.file });
    const there = await tlsBefore(() => NOTHING, await options());
    const service = await eventTrial({
      allow: [new URL(there.url).host],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    await created(service, there.url);
    service.clock.now += TRIED_FOR_MS;
    await vi.waitFor(async () => expect(await dead(service)).toHaveLength(1), 10_000);
    expect(await dead(service)).toMatchObject([
      { last_error: expect.stringMatching(new RegExp(`^${code}: `)) },
    ]);
    expect(there.shown()).toBe(0);
  });
});

describe('[P23][P60] over TLS', () => {
  /** A service that is known by its https address, and a recording of a person in the vault of a machine. */
  async function behindTls(options: TlsOptions) {
    let target = NOTHING;
    const there = await tlsBefore(() => target, options);
    const service = await trial({ publicUrl: there.url, clock: Date.now });
    target = service.url;
    const dataDir = await testFolder();
    await noteStart(dataDir, TEST_SESSION);
    const past = { service, proxy: { url: service.url } };
    const started = await startedBy(past, await testVault(dataDir), ['+mic:default']);
    const fragments = recordedOf(started.sessionId, 'mic:default', 4);
    for (const fragment of fragments)
      expect(await started.recording.append(fragment)).toMatchObject({ ok: true });
    await started.recording.close();
    const token = await tokenOf(past, started.sessionId);
    const deliver = (env: NodeJS.ProcessEnv) =>
      tallylight(
        { env: process.env },
        ['deliver', '--server', there.url, '--session', started.sessionId, '--data', dataDir],
        { TALLYLIGHT_TOKEN: token, ...env },
      );
    const stream = started.streams.get('mic:default');
    const held = () => heldBy(past, stream);
    return { there, past, started, deliver, held, hashes: hashesOf(fragments) };
  }

  test.each(['TALLYLIGHT_CA_FILE', 'NODE_EXTRA_CA_CERTS'])('an authority in %s is trusted', async (name) => {
    const { past, started, deliver, held, hashes } = await behindTls(ours.issue());
    const done = await deliver({ [name]: ours.file });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('is delivered and verified') });
    expect(await held()).toEqual(hashes);
    expect(await seenBy(past, started.sessionId)).toMatchObject({ status: 'stopped' });
  });

  test.each([
    ['without it', {}],
    ['with the variable of Node that would let it pass', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('%s the command says what is wrong, and what is kept stays', async (_name, env) => {
    const { there, deliver, held } = await behindTls(ours.issue());
    const refused = await deliver(env);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(errorOf('certificate-untrusted').message);
    expect(refused.stderr).toContain('TALLYLIGHT_CA_FILE');
    expect(await held()).toEqual([]);
    expect(there.shown()).toBe(0);
  });

  test('an option of Node that would allow TLS 1.1 does not', async () => {
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
    } as const;
    const { there, deliver } = await behindTls({ ...ours.issue(), ...old });
    const refused = await deliver({
      TALLYLIGHT_CA_FILE: ours.file,
      NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0',
    });
    expect(refused).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(errorOf('tls-too-old').message),
    });
    expect(there.shown()).toBe(0);
  });

  test('a WebSocket of the service is reached by whoever trusts the authority', async () => {
    secureTls({ TALLYLIGHT_CA_FILE: ours.file });
    const { there, past, started } = await behindTls(ours.issue());
    const stream = started.streams.get('mic:default');
    const { socket } = await listen(`${there.url}/rtstream/${stream}/live`, past.service.key);
    expect(socket.readyState).toBe(socket.OPEN);
  });

  test('a file that holds no certificate is an error before anything is sent', async () => {
    const { deliver, there } = await behindTls(ours.issue());
    const empty = join(await testFolder(), 'empty.pem');
    await writeFile(empty, 'nothing');
    const damaged = join(await testFolder(), 'damaged.pem');
    await writeFile(damaged, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    for (const file of ['/nowhere/ca.pem', empty, damaged]) {
      const refused = await deliver({ TALLYLIGHT_CA_FILE: file });
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('TALLYLIGHT_CA_FILE') });
    }
    expect(there.shown()).toBe(0);
  });
});
