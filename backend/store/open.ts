import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { S3Place } from '../blobs/s3-place.ts';
import type { Master } from '../secrets/master.ts';
import { SQLITE_FILE } from './file.ts';
import type { OpenedStore } from './prepared.ts';
import { openSqlite } from './sqlite.ts';

export type StoreConfig = {
  /** Folder of the master key and, unless the others say otherwise, of blobs and database. */
  readonly dataDir: string;
  /** `postgres://…`; without it the service keeps its own SQLite file. */
  readonly databaseUrl?: string;
  /** Where fragments are kept, if not in the data folder. */
  readonly blobs?: S3Place;
  /** Folder of the second copies, best on another disk; default: `copies` in the data folder. */
  readonly copiesDir?: string;
};

/**
 * Opens the store and brings it to the newest form. Fails with `vault-damaged` where it was written under another master
 * key: a new one in its place would only hide that. Throws where the database does not answer.
 */
export async function openStore(
  { dataDir, databaseUrl }: StoreConfig,
  master: Master,
): Promise<Result<OpenedStore>> {
  // The driver of PostgreSQL is loaded only where it is used: the embedded service does without.
  const opened =
    databaseUrl === undefined
      ? await openSqlite(join(dataDir, SQLITE_FILE), master)
      : await (await import('./postgres.ts')).openPostgres(databaseUrl, master);
  return opened === undefined
    ? fail('vault-damaged', 'the master key is not the one of this store')
    : ok(opened);
}
