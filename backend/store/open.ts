import { join } from 'node:path';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

export type StoreConfig = {
  /** Folder of the blobs, the master key and, unless `databaseUrl` says otherwise, the database. */
  readonly dataDir: string;
  /** `postgres://…`; without it the service keeps its own SQLite file. */
  readonly databaseUrl?: string;
};

/** Opens the store and brings it to the newest form. Throws where the database does not answer. */
export async function openStore({ dataDir, databaseUrl }: StoreConfig): Promise<Store> {
  if (databaseUrl === undefined) return openSqlite(join(dataDir, 'tallylight.sqlite'));
  // Loaded only where it is used: the embedded service does without the driver.
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(databaseUrl);
}
