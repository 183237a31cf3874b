import { join } from 'node:path';
import type { Result } from '../../contract/result.ts';
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
  /** Longest silence of PostgreSQL until a question counts as unanswered, in milliseconds; default: 10 s. */
  readonly databaseAnswerMs?: number;
  /** Where fragments are kept, if not in the data folder. */
  readonly blobs?: S3Place;
  /** Folder of the second copies, best on another disk; default: `copies` in the data folder. */
  readonly copiesDir?: string;
};

/** Opens the store and brings it to the newest form. Errors: `master-key-wrong`, `database-unreachable`. */
export async function openStore(
  { dataDir, databaseUrl, databaseAnswerMs }: StoreConfig,
  master: Master,
): Promise<Result<OpenedStore>> {
  if (databaseUrl === undefined) return openSqlite(join(dataDir, SQLITE_FILE), master);
  // The driver of PostgreSQL is loaded only where it is used: the embedded service does without.
  return (await import('./postgres.ts')).openPostgres(databaseUrl, master, databaseAnswerMs);
}
