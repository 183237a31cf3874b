import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import type { StoreConfig } from '../store/open.ts';
import { freshDatabase } from './database.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type S3Server, startS3 } from './s3.ts';

/** By `TALLYLIGHT_TRIAL=outgrown` the trials of a run have PostgreSQL and S3 under them in place of SQLite and a folder. */
const isOutgrown = process.env.TALLYLIGHT_TRIAL === 'outgrown';

let servers: Promise<{ readonly database: PostgresServer; readonly s3: S3Server }> | undefined;

if (isOutgrown)
  afterAll(async () => {
    const started = await servers;
    await started?.s3.stop();
    await started?.database.stop();
  });

/** A database and a place for blobs that are empty; nothing where the service keeps its own. */
export async function freshStores(): Promise<Pick<StoreConfig, 'databaseUrl' | 'blobs'>> {
  if (!isOutgrown) return {};
  servers ??= startS3().then((s3) => ({ database: startPostgres(), s3 }));
  const { database, s3 } = await servers;
  const name = `trial_${randomBytes(6).toString('hex')}`;
  return { databaseUrl: await freshDatabase(database, name), blobs: { ...s3.place, prefix: name } };
}

/** The same as the variables of the command line. */
export function variablesOf({ databaseUrl, blobs }: Pick<StoreConfig, 'databaseUrl' | 'blobs'>) {
  return {
    TALLYLIGHT_DATABASE_URL: databaseUrl,
    ...(blobs === undefined
      ? {}
      : {
          TALLYLIGHT_BLOBS: `s3://${blobs.bucket}/${blobs.prefix}`,
          TALLYLIGHT_S3_ENDPOINT: blobs.endpoint,
          TALLYLIGHT_S3_ACCESS_KEY_ID: blobs.accessKeyId,
          TALLYLIGHT_S3_SECRET_ACCESS_KEY: blobs.secretAccessKey,
        }),
  };
}
