import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startAzure } from '../trial/servers/azure.ts';
import { makeCertificate } from '../trial/servers/certificate.ts';
import { startFtp } from '../trial/servers/ftp.ts';
import { startGcs } from '../trial/servers/gcs.ts';
import { foundInMemory } from '../trial/servers/memory.ts';
import { startAmazon } from '../trial/servers/s3-amazon.ts';
import type { StoreServer } from '../trial/servers/server.ts';
import { startSftp } from '../trial/servers/sftp.ts';
import { startChild } from './child-process.ts';
import { sealCredentials } from './sealed.ts';
import { transfer } from './transfer.ts';

/** A run of characters that nothing else has. */
const secret = () => randomBytes(20).toString('hex');

async function ftps(): Promise<StoreServer> {
  const certificate = await makeCertificate();
  onTestFinished(() => rm(certificate.folder, { recursive: true }));
  return startFtp(secret(), certificate);
}

const STORES: [string, () => Promise<StoreServer>, (credentials: Record<string, string>) => string][] = [
  ['Amazon S3', () => startAmazon(secret(), secret()), ({ secretAccessKey = '' }) => secretAccessKey],
  [
    'Azure Blob',
    () => startAzure('trial', randomBytes(64).toString('base64')),
    ({ accountKey = '' }) => accountKey,
  ],
  ['Google Cloud Storage', () => startGcs(), ({ private_key = '' }) => private_key.slice(200, 250)],
  ['FTPS', ftps, ({ password = '' }) => password],
  ['SFTP', startSftp, ({ privateKey = '' }) => privateKey.slice(200, 250)],
];

async function started(start: () => Promise<StoreServer>): Promise<StoreServer> {
  const server = await start();
  onTestFinished(() => server.stop());
  return server;
}

function orderFor(server: StoreServer, bytes: Buffer, over: { credentials?: string } = {}) {
  const key = randomBytes(32);
  return {
    place: server.place(server.port),
    sealedCredentials: sealCredentials(key, over.credentials ?? server.credentials),
    key,
    object: 'mic.mp4',
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

describe.each(STORES)('%s', (_name, start, secretOf) => {
  test('[P48] the service never holds what opens the destination: the transfer process does, and is told by pipes', async () => {
    const server = await started(start);
    const wanted = Buffer.from(secretOf(JSON.parse(server.credentials)));
    const bytes = randomBytes(6 << 20);
    const order = orderFor(server, bytes);
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-heap-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const snapshot = join(folder, 'service.heapsnapshot');
    const { service, says } = startService();
    const given = { ...order, key: order.key.toString('base64') };
    tell(service, JSON.stringify({ order: given, file: bytes.toString('base64'), snapshot }));
    await once(says, 'line');
    const child = await vi.waitUntil(() => childOf(service), { timeout: 30_000 });
    // The same search finds it where it is.
    await vi.waitFor(() => expect(foundInMemory(child, wanted)).toBeGreaterThan(0), { timeout: 30_000 });
    expect(foundInMemory(pidOf(service), wanted)).toBe(0);
    for (const file of ['cmdline', 'environ']) {
      const shown = await readFile(`/proc/${child}/${file}`);
      for (const hidden of [wanted, order.sealedCredentials, given.key, order.key, order.object])
        expect(shown.includes(hidden)).toBe(false);
    }
    expect(await readFile(`/proc/${child}/coredump_filter`, 'utf8')).toBe('00000000\n');
    tell(service, 'rest');
    const [said] = await once(says, 'line');
    expect(JSON.parse(said)).toMatchObject({ ok: true });
    expect(existsSync(`/proc/${child}`)).toBe(false);
    expect(foundInMemory(pidOf(service), wanted)).toBe(0);
    const heap = await readFile(snapshot);
    // What the service does hold is found there; of a long text the snapshot has the beginning.
    expect(heap.includes(order.sealedCredentials.slice(0, 200))).toBe(true);
    expect(heap.includes(JSON.stringify(wanted.toString()).slice(1, -1))).toBe(false);
  });
});

test.each(STORES)(
  '[P48] %s: after the upload the heap of the transfer process has nothing of it, before that ends',
  async (_name, start, secretOf) => {
    const server = await started(start);
    const wanted = secretOf(JSON.parse(server.credentials));
    const bytes = randomBytes(6 << 20);
    const { place, key, sealedCredentials, ...file } = orderFor(server, bytes);
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-heap-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const child = startChild([
      '--heapsnapshot-signal=SIGUSR2',
      `--diagnostic-dir=${folder}`,
      `--allow-fs-write=${folder}/*`,
    ]);
    onTestFinished(() => child.end());
    child.order({ place, addresses: [], file, idleMs: 30_000 }, key, sealedCredentials);
    child.media.write(bytes.subarray(0, bytes.length / 2));
    const pid = pidOf(child.process);
    await vi.waitFor(() => expect(foundInMemory(pid, Buffer.from(wanted))).toBeGreaterThan(0), {
      timeout: 30_000,
    });
    child.media.end(bytes.subarray(bytes.length / 2));
    for await (const answer of child.answers) if ('confirmed' in answer) break;
    expect(foundInMemory(pid, key)).toBe(0);
    child.process.kill('SIGUSR2');
    const heap = await vi.waitFor(() => snapshotIn(folder), { timeout: 50_000, interval: 200 });
    // What it still knows is found there.
    expect(heap.some((text) => text.includes(`127.0.0.1`))).toBe(true);
    expect(heap.filter((text) => text.includes(wanted.slice(0, 40)))).toEqual([]);
  },
);

/** Every string of a heap. Throws until all of the snapshot is there. */
async function snapshotIn(folder: string): Promise<string[]> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error('it is not there yet');
  return JSON.parse(await readFile(join(folder, name), 'utf8')).strings;
}

test('[P48] the transfer process ends with the service', async () => {
  const server = await started(() => startFtp(secret()));
  const bytes = randomBytes(6 << 20);
  const order = orderFor(server, bytes);
  const { service, says } = startService();
  const given = { ...order, key: order.key.toString('base64') };
  tell(service, JSON.stringify({ order: given, file: bytes.toString('base64'), snapshot: '/dev/null' }));
  await once(says, 'line');
  const child = await vi.waitUntil(() => childOf(service), { timeout: 30_000 });
  service.kill('SIGKILL');
  await vi.waitUntil(() => !existsSync(`/proc/${child}`), { timeout: 30_000 });
});

test('[P48] a transfer process that gives no sign any more is ended', async () => {
  const server = await started(() => startFtp(secret()));
  const bytes = randomBytes(1 << 20);
  const sending = transfer(orderFor(server, bytes), stopping(bytes), new AbortController().signal, {
    stuckMs: 300,
  });
  expect(await sending).toMatchObject({ ok: false, error: { code: 'destination-unreachable' } });
});

/** Holds up the process that this one has started, when its first bytes are on their way. */
async function* stopping(bytes: Buffer) {
  yield bytes.subarray(0, 100);
  for (const pid of await childrenOf(process.pid))
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('destinations/child.ts'))
      process.kill(pid, 'SIGSTOP');
  yield bytes.subarray(100);
}

test('[P47] no error tells anything of what opens a destination', async () => {
  for (const [, start, secretOf] of STORES) {
    const server = await started(start);
    const wrong = JSON.parse(server.wrongCredentials);
    const order = orderFor(server, Buffer.from('small'), { credentials: server.wrongCredentials });
    const sent = await transfer(order, single(Buffer.from('small')), new AbortController().signal);
    expect(sent).toMatchObject({ ok: false, error: { code: 'destination-refused' } });
    const told = JSON.stringify(sent);
    for (const hidden of [secretOf(wrong), order.sealedCredentials, ...Object.values<string>(wrong)])
      expect(told).not.toContain(hidden);
  }
});

async function* single(bytes: Buffer) {
  yield bytes;
}

function startService(): { service: ChildProcess; says: Interface } {
  const entry = join(import.meta.dirname, '..', 'trial', 'servers', 'transferring.ts');
  const service = spawn(process.execPath, ['--no-warnings', entry], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void service.kill('SIGKILL'));
  if (service.stdout === null) throw new Error('it has a pipe');
  return { service, says: createInterface({ input: service.stdout }) };
}

function tell(service: ChildProcess, line: string): void {
  service.stdin?.write(`${line}\n`);
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('it did not start');
  return pid;
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

async function childOf(service: ChildProcess): Promise<number | undefined> {
  return (await childrenOf(pidOf(service)))[0];
}
