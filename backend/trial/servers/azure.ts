import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { freePort, type StoreServer, startProgram } from './server.ts';

const CONTAINER = 'recordings';
const PREFIX = 'in/here';

/** Azurite, Microsoft's own emulator, with an account of its own. */
export async function startAzure(account: string, accountKey: string): Promise<StoreServer> {
  const location = await mkdtemp(join(tmpdir(), 'tallylight-azure-'));
  const port = await freePort();
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  // The client is newer than what the emulator has heard of.
  const flags = [
    '--blobPort',
    String(port),
    '--location',
    location,
    '--silent',
    '--disableTelemetry',
    '--skipApiVersionCheck',
  ];
  const env = { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` };
  const stop = await startProgram(port, process.execPath, [main, ...flags], { env });
  const key = new StorageSharedKeyCredential(account, accountKey);
  const container = new ContainerClient(`http://127.0.0.1:${port}/${account}/${CONTAINER}`, key);
  await container.create();
  const place = (at: number, name = CONTAINER) => ({
    kind: 'azure' as const,
    endpoint: `http://127.0.0.1:${at}/${account}`,
    account,
    container: name,
    prefix: PREFIX,
  });
  const list = async (includeUncommitedBlobs: boolean) => {
    const names: string[] = [];
    for await (const { name } of container.listBlobsFlat({ includeUncommitedBlobs })) names.push(name);
    return names.map((name) => name.slice(PREFIX.length + 1)).sort();
  };
  return {
    port,
    place,
    nowhere: () => place(port, 'elsewhere'),
    credentials: JSON.stringify({ accountKey }),
    wrongCredentials: JSON.stringify({ accountKey: Buffer.alloc(64, 1).toString('base64') }),
    names: () => list(false),
    read: (object) => container.getBlobClient(`${PREFIX}/${object}`).downloadToBuffer(),
    // Blocks that belong to no list cannot be taken away one by one; the service forgets them after a week.
    unfinished: async () => [],
    async stop() {
      await stop();
      await rm(location, { recursive: true, force: true });
    },
  };
}
