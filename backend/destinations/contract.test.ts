import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { startAzure } from '../trial/servers/azure.ts';
import { makeCertificate } from '../trial/servers/certificate.ts';
import { startFtp } from '../trial/servers/ftp.ts';
import { startGcs } from '../trial/servers/gcs.ts';
import { type Between, startProxy } from '../trial/servers/proxy.ts';
import { startS3 } from '../trial/servers/s3.ts';
import { startAmazon } from '../trial/servers/s3-amazon.ts';
import { freePort, type StoreServer } from '../trial/servers/server.ts';
import { startSftp } from '../trial/servers/sftp.ts';
import type { DestinationPlace } from './destination.ts';
import { sealCredentials } from './sealed.ts';
import { probe, type TransferLimits, transfer } from './transfer.ts';

const secret = () => randomBytes(20).toString('hex');

/** Every kind of store, and how it is confirmed there. */
const STORES: [string, 'checksum' | 'read-back', () => Promise<StoreServer>][] = [
  ['Amazon S3', 'checksum', () => startAmazon(secret(), secret())],
  ['an S3-compatible store', 'read-back', () => startS3(secret(), secret())],
  ['Azure Blob', 'checksum', () => startAzure('trial', randomBytes(64).toString('base64'))],
  ['Google Cloud Storage', 'checksum', () => startGcs()],
  ['FTP on this machine', 'read-back', () => startFtp(secret())],
  ['FTPS', 'read-back', async () => startFtp(secret(), await makeCertificate())],
  ['SFTP', 'read-back', () => startSftp()],
];

/** More than two parts of any kind of store. */
const SIZE = 12 * 1024 * 1024 + 12_345;
const OBJECT = '2030/ada & bob/mic.mp4';
/** In the middle of it, for a proxy to find whatever way the bytes are cut into pieces. */
const RUN = Buffer.alloc(64, 'T');

type File = { readonly bytes: Buffer; readonly sha256: string };

function fileOf(sizeBytes: number): File {
  const bytes = randomBytes(sizeBytes);
  bytes.fill('T', sizeBytes >> 1, (sizeBytes >> 1) + (128 << 10));
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The bytes in small pieces; `half` is called, and waited for, when half of them are on their way. */
async function* flowing({ bytes }: File, half: () => Promise<void> | void = () => undefined) {
  const piece = 64 << 10;
  let isHalf = false;
  for (let at = 0; at < bytes.length; at += piece) {
    if (!isHalf && at * 2 > bytes.length) {
      isHalf = true;
      await half();
    }
    yield bytes.subarray(at, at + piece);
  }
}

const IN_ORDER = { concurrent: false };

// The stores side by side, as each waits for its own server most of the time; the tests of one in their order.
describe.concurrent.each(STORES)('%s', (_name, by, start) => {
  let server: StoreServer;
  const file = fileOf(SIZE);
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  function send(
    over: Partial<{
      place: DestinationPlace;
      credentials: string;
      bytes: AsyncIterable<Uint8Array>;
      object: string;
      signal: AbortSignal;
      limits: Partial<TransferLimits>;
    }> = {},
  ) {
    const key = randomBytes(32);
    const order = {
      place: over.place ?? server.place(server.port),
      sealedCredentials: sealCredentials(key, over.credentials ?? server.credentials),
      key,
      object: over.object ?? OBJECT,
      sizeBytes: file.bytes.length,
      sha256: file.sha256,
    };
    const signal = over.signal ?? new AbortController().signal;
    return transfer(order, over.bytes ?? flowing(file), signal, over.limits);
  }

  async function proxied({ onTestFinished }: TestContext): Promise<Between> {
    const proxy = await startProxy(server.port);
    onTestFinished(() => proxy.stop());
    return proxy;
  }

  test(
    '[P58] [P64] a file of several parts is put, confirmed, and has its hash beside it; twice leaves one',
    IN_ORDER,
    async ({ onTestFinished }) => {
      for (const _time of [1, 2]) {
        expect(await send()).toEqual({ ok: true, value: { by, object: OBJECT } });
        expect(await server.names()).toEqual([OBJECT, `${OBJECT}.sha256`]);
        expect((await server.read(OBJECT)).equals(file.bytes)).toBe(true);
        expect(await server.unfinished()).toEqual([]);
      }
      const folder = await mkdtemp(join(tmpdir(), 'tallylight-sums-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, 'mic.mp4'), await server.read(OBJECT));
      await writeFile(join(folder, 'mic.mp4.sha256'), await server.read(`${OBJECT}.sha256`));
      const said = execFileSync('sha256sum', ['-c', 'mic.mp4.sha256'], { cwd: folder, encoding: 'utf8' });
      expect(said).toBe('mic.mp4: OK\n');
    },
  );

  test('[P58] credentials that are not taken are refused', IN_ORDER, async () => {
    const before = await server.names();
    const sent = await send({ credentials: server.wrongCredentials, object: 'refused.mp4' });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-refused' } });
    expect(await server.names()).toEqual(before);
  });

  test('[P58] a bucket, container or directory that is not there is refused', IN_ORDER, async () => {
    const sent = await send({ place: server.nowhere() });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-refused' } });
  });

  test('[P58] a server that is not there is unreachable', IN_ORDER, async () => {
    const sent = await send({ place: server.place(await freePort()) });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-unreachable' } });
  });

  test(
    '[P58] a connection that is reset in the middle is unreachable, and nothing half is to be seen',
    IN_ORDER,
    async (context) => {
      const proxy = await proxied(context);
      const bytes = flowing(file, proxy.cut);
      const sent = await send({ place: server.place(proxy.port), bytes, object: 'reset.mp4' });
      expect(sent).toMatchObject({ ok: false, error: { code: 'destination-unreachable' } });
      expect(await server.names()).not.toContain('reset.mp4');
      // What could not be taken away then is taken away by the next that arrives.
      expect(await send({ object: 'reset.mp4' })).toMatchObject({ ok: true });
      expect(await server.names()).toContain('reset.mp4');
      expect((await server.unfinished()).filter((name) => name.includes('reset.mp4'))).toEqual([]);
    },
  );

  test(
    '[P58] a file that arrived whole without its hash beside it has not arrived, and is whole with it after the next',
    IN_ORDER,
    async (context) => {
      const proxy = await proxied(context);
      const object = '2031/mic.mp4';
      // On a disk the hash is seen under the name that it has while it comes; anywhere else it is named by a request.
      const { directory } = server;
      const isBeside = (chunk: Buffer) =>
        directory === undefined
          ? chunk.includes('mic.mp4.sha256')
          : existsSync(join(directory, object)) &&
            readdirSync(join(directory, '2031')).some((name) => name.startsWith('.mic.mp4.sha256.'));
      proxy.cutAt(isBeside);
      const sent = await send({ place: server.place(proxy.port), object });
      expect(sent).toMatchObject({ ok: false, error: { code: 'destination-unreachable', retryable: true } });
      expect((await server.names()).filter((name) => name.startsWith('2031/'))).toEqual([object]);
      expect((await server.read(object)).equals(file.bytes)).toBe(true);
      expect(await send({ object })).toMatchObject({ ok: true });
      expect((await server.names()).filter((name) => name.startsWith('2031/'))).toEqual([
        ...[object, `${object}.sha256`],
      ]);
      expect((await server.read(`${object}.sha256`)).toString()).toBe(`${file.sha256}  mic.mp4\n`);
    },
  );

  test('[P58] a server that says nothing any more is unreachable', IN_ORDER, async (context) => {
    const proxy = await proxied(context);
    const bytes = flowing(file, proxy.hang);
    const sent = await send({ place: server.place(proxy.port), bytes, limits: { idleMs: 500, stopMs: 500 } });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-unreachable' } });
  });

  test(
    '[P58] a bit that changes on the way or there is a mismatch, and what is wrong is not to be seen',
    IN_ORDER,
    async (context) => {
      const proxy = await proxied(context);
      let changed = false;
      const bytes = flowing(file, async () => {
        if (server.growing === undefined) return;
        await flipOnDisk(server.growing);
        changed = true;
      });
      if (server.growing === undefined) proxy.flip(RUN);
      const sent = await send({ place: server.place(proxy.port), bytes, object: 'changed.mp4' });
      expect(sent).toMatchObject({ ok: false, error: { code: 'destination-mismatch' } });
      expect(changed).toBe(server.growing !== undefined);
      expect(await server.names()).not.toContain('changed.mp4');
    },
  );

  test('what is not what was announced is not sent to its end', IN_ORDER, async () => {
    const before = await server.unfinished();
    const bytes = flowing(fileOf(SIZE));
    const sent = await send({ bytes, object: 'other.mp4' });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-mismatch' } });
    expect(await server.names()).not.toContain('other.mp4');
    expect(await server.unfinished()).toEqual(before);
  });

  test('a source that fails is an error of its own', IN_ORDER, async () => {
    const before = await server.unfinished();
    const bytes = flowing(file, () => {
      throw new Error('the disk is gone');
    });
    await expect(send({ bytes, object: 'broken.mp4' })).rejects.toThrow('the disk is gone');
    expect(await server.names()).not.toContain('broken.mp4');
    expect(await server.unfinished()).toEqual(before);
  });

  test('[P58] what is stopped in the middle leaves nothing', IN_ORDER, async () => {
    const before = await server.unfinished();
    const stop = new AbortController();
    const bytes = flowing(file, () => stop.abort());
    const sent = await send({ bytes, object: 'stopped.mp4', signal: stop.signal });
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-stopped' } });
    expect(await server.names()).not.toContain('stopped.mp4');
    expect(await server.unfinished()).toEqual(before);
  });

  test('[P58] a probe puts, confirms and removes', IN_ORDER, async () => {
    const before = await server.names();
    const key = randomBytes(32);
    const sealed = (text: string) => ({
      place: server.place(server.port),
      sealedCredentials: sealCredentials(key, text),
      key,
    });
    const { signal } = new AbortController();
    expect(await probe(sealed(server.credentials), signal)).toMatchObject({ ok: true, value: { by } });
    expect(await server.names()).toEqual(before);
    expect(await probe(sealed(server.wrongCredentials), signal)).toMatchObject({
      error: { code: 'destination-refused' },
    });
  });
});

/** Changes a bit of what has arrived, while the rest is still on its way. */
async function flipOnDisk(growing: () => Promise<string | undefined>): Promise<void> {
  await vi.waitFor(async () => {
    const path = await growing();
    if (path === undefined) throw new Error('nothing has arrived yet');
    const disk = await open(path, 'r+');
    try {
      const { buffer, bytesRead } = await disk.read(Buffer.alloc(1), 0, 1, 100);
      if (bytesRead === 0) throw new Error('not enough has arrived yet');
      await disk.write(Buffer.of(buffer.readUInt8() ^ 1), 0, 1, 100);
    } finally {
      await disk.close();
    }
  });
}
