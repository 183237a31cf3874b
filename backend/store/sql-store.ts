import type { Kysely } from 'kysely';
import { accessOver } from './sql-access.ts';
import { recordingsOver } from './sql-recordings.ts';
import { sessionsOver } from './sql-sessions.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** The store over any database that Kysely speaks to and `migrate` has prepared. */
export function storeOver(db: Kysely<Tables>, scrub: () => Promise<void>): Store {
  return {
    ...accessOver(db),
    ...sessionsOver(db),
    ...recordingsOver(db),
    scrub,
    close: () => db.destroy(),
  };
}
