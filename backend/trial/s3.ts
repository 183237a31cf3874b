import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { S3Place } from '../blobs/s3-place.ts';

export type S3Server = {
  /** A bucket that is there and empty. */
  readonly place: S3Place;
  /** Folder of the objects. */
  readonly root: string;
  /** The same as variables of the service. */
  readonly variables: { readonly [name: string]: string };
  /** Does not answer until it is started again, and keeps what it has. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts an S3 server on loopback. */
export async function startS3(): Promise<S3Server> {
  const root = await mkdtemp(join(tmpdir(), 'tallylight-s3-'));
  const configureBuckets = [{ name: 'recordings', configs: [] }];
  const serverAt = (port: number) =>
    new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      directory: root,
      configureBuckets,
    });
  let server = serverAt(0);
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  // The account that this server has.
  const account = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return {
    root,
    place: { bucket: 'recordings', prefix: 'service', endpoint, region: 'us-east-1', ...account },
    variables: {
      TALLYLIGHT_BLOBS: 's3://recordings/service',
      TALLYLIGHT_S3_ENDPOINT: endpoint,
      TALLYLIGHT_S3_ACCESS_KEY_ID: account.accessKeyId,
      TALLYLIGHT_S3_SECRET_ACCESS_KEY: account.secretAccessKey,
    },
    pause: () => server.close(),
    async resume() {
      server = serverAt(port);
      await server.run();
    },
    async stop() {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
