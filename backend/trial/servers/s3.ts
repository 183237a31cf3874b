import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { StoreServer } from './server.ts';

const BUCKET = 'recordings';
const OBJECT = '._S3rver_object';

/** s3rver: a server of the S3 API that is as old as signatures of version 4, and knows no checksums. */
export async function startS3(accessKeyId: string, secretAccessKey: string): Promise<StoreServer> {
  const directory = await mkdtemp(join(tmpdir(), 'tallylight-s3-'));
  account(accessKeyId, secretAccessKey);
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  const place = (at: number, bucket = BUCKET) => ({
    kind: 's3' as const,
    endpoint: `http://127.0.0.1:${at}`,
    region: 'us-east-1',
    bucket,
    prefix: 'in/here',
    pathStyle: true,
  });
  const files = async () =>
    (await readdir(directory, { recursive: true })).filter((each) => each.endsWith(OBJECT));
  const root = join(BUCKET, 'in/here/');
  return {
    port,
    place,
    nowhere: () => place(port, 'elsewhere'),
    credentials: JSON.stringify({ accessKeyId, secretAccessKey }),
    // It looks whose key it is, and does not verify signatures: s3-amazon.ts does.
    wrongCredentials: JSON.stringify({ accessKeyId: `${accessKeyId}x`, secretAccessKey }),
    names: async () =>
      (await files())
        .filter((each) => each.startsWith(root))
        .map((each) => each.slice(root.length, -OBJECT.length))
        .sort(),
    read: (object) => readFile(join(directory, root, object + OBJECT)),
    // It takes the call that ends an unfinished upload for another: s3-amazon.ts stands in front of it for that.
    unfinished: async () => [],
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The server knows one account with a fixed secret; a test that looks for a secret needs one of its own. */
function account(accessKeyId: string, secretAccessKey: string): void {
  const { DUMMY_ACCOUNT } = createRequire(import.meta.url)('s3rver/lib/models/account');
  DUMMY_ACCOUNT.createKeyPair(accessKeyId, secretAccessKey);
}
