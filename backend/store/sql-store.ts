import type { Kysely } from 'kysely';
import type { Keyring } from '../secrets/keyring.ts';
import { accessOver } from './sql-access.ts';
import { auditOver } from './sql-audit.ts';
import { behindOver } from './sql-behind.ts';
import { copiesOver } from './sql-copies.ts';
import { destinationsOver } from './sql-destinations.ts';
import { instancesOver } from './sql-instances.ts';
import { outboxOver } from './sql-outbox.ts';
import { policiesOver } from './sql-policies.ts';
import { recordingsOver } from './sql-recordings.ts';
import { rewrapOver } from './sql-rewrap.ts';
import { rightsOver } from './sql-rights.ts';
import { sessionsOver } from './sql-sessions.ts';
import { tenantsOver } from './sql-tenants.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** The store over any database that Kysely speaks to and `migrate` has prepared. */
export function storeOver(db: Kysely<Tables>, keyring: Keyring, scrub: () => Promise<boolean>): Store {
  return {
    ...tenantsOver(db),
    ...accessOver(db),
    ...policiesOver(db, keyring),
    ...auditOver(db),
    ...sessionsOver(db, keyring),
    ...recordingsOver(db, keyring),
    ...outboxOver(db, keyring),
    ...rightsOver(db, keyring),
    ...destinationsOver(db),
    ...copiesOver(db),
    ...rewrapOver(db),
    ...instancesOver(db),
    ...behindOver(db),
    scrub,
    close: () => db.destroy(),
  };
}
