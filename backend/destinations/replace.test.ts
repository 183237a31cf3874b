import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { StoreServer } from '../trial/servers/server.ts';
import { startSftp } from '../trial/servers/sftp.ts';
import { sealCredentials } from './sealed.ts';
import { transfer } from './transfer.ts';

const OBJECT = 'calls/mic.mp4';
const SERVER = '/usr/lib/openssh/sftp-server';
const BREAKING = fileURLToPath(new URL('../trial/servers/breaking-sftp.ts', import.meta.url));

async function serverBy(subsystem: string): Promise<StoreServer> {
  const server = await startSftp(subsystem);
  onTestFinished(() => server.stop());
  return server;
}

function send(server: StoreServer, bytes: Buffer) {
  const key = randomBytes(32);
  const sealedCredentials = sealCredentials(key, server.credentials);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const order = { place: server.place(server.port), sealedCredentials, key, object: OBJECT };
  async function* flowing() {
    yield bytes;
  }
  const whole = { ...order, sizeBytes: bytes.length, sha256 };
  // A session that ends within its connection is noticed by its silence alone.
  const limits = { idleMs: 3000, stopMs: 3000 };
  return transfer(whole, flowing(), new AbortController().signal, limits);
}

/** As somebody has it who put it there before. */
async function withEarlier(server: StoreServer, earlier: Buffer): Promise<void> {
  const place = server.place(server.port);
  if (place.kind !== 'sftp') throw new Error('it is SFTP');
  await mkdir(`${place.directory}/calls`);
  await writeFile(`${place.directory}/${OBJECT}`, earlier);
}

const [earlier, later] = [Buffer.from('the earlier one'), randomBytes(100_000)];

test('[P58] SFTP without posix-rename: a file takes the place of an earlier one, and nothing is left of that', async () => {
  const server = await serverBy('internal-sftp -P posix-rename');
  await withEarlier(server, earlier);
  expect(await send(server, later)).toMatchObject({ ok: true });
  expect(await server.names()).toEqual([OBJECT, `${OBJECT}.sha256`]);
  expect((await server.read(OBJECT)).equals(later)).toBe(true);
  expect(await server.unfinished()).toEqual([]);
});

test.each([
  ['whose renaming is refused', 'internal-sftp -P rename,posix-rename'],
  // The first rename lays the earlier file aside, and the second would bring the new one.
  ['that is gone before the new file has its name', `${process.execPath} ${BREAKING} ${SERVER} 2`],
])('[P58] SFTP %s: the earlier file stays as it was', async (_how, subsystem) => {
  const server = await serverBy(subsystem);
  await withEarlier(server, earlier);
  expect(await send(server, later)).toMatchObject({ ok: false });
  expect((await server.read(OBJECT)).equals(earlier)).toBe(true);
  expect(await server.names()).toEqual([OBJECT]);
  expect(await server.unfinished()).toEqual([]);
});
