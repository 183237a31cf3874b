import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fail } from '../../contract/result.ts';
import { openBrowserHost } from './host.ts';

async function opened(dataDir: string, port = 0) {
  const host = await openBrowserHost({
    dataDir,
    rendererDir: join(dataDir, 'renderer'),
    connection: {
      open: async () => fail('service-unreachable', 'your backend'),
      reopen: async () => fail('service-unreachable', 'your backend'),
    },
    port,
    env: { PATH: process.env.PATH },
    log: () => undefined,
    tell: () => undefined,
  });
  if (host.ok) onTestFinished(host.value.close);
  return host;
}
async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tallylight-host-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

test('a host may be closed twice, as a closed window and a signal do together', async () => {
  const dataDir = await folder();
  const host = await opened(dataDir);
  if (!host.ok) throw new Error(host.error.code);
  await Promise.all([host.value.close(), host.value.close()]);
  await host.value.close();
  expect(await opened(dataDir)).toMatchObject({ ok: true });
});

test('a second host on the same data is refused, and the first goes on', async () => {
  const dataDir = await folder();
  const first = await opened(dataDir);
  expect(await opened(dataDir)).toMatchObject({ error: { code: 'data-in-use' } });
  if (!first.ok) throw new Error(first.error.code);
  expect(await first.value.capture.call('snapshot.read', {})).toMatchObject({ ok: true });
});

test('where loopback has no such port the data folder is let go again', async () => {
  const dataDir = await folder();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  expect(await opened(dataDir, port)).toMatchObject({
    error: { code: 'internal', detail: expect.stringContaining('EADDRINUSE') },
  });
  expect(await opened(dataDir)).toMatchObject({ ok: true });
});
