import { newId } from '../access/secret.ts';
import type { Store } from './store.ts';

const ID_FACT = 'service-id';

/** Under this fact the store remembers that it was restored; see `noteStart`. */
export const RESTORED_FACT = 'restored';
export const JUST_RESTORED = 'not started since';
const FIRST_START = 'started for the first time';

/** Which folder of second copies is the one of this database. */
export const COPIES_FACT = 'copies-owner';

/** When the newest automatic backup is to be verified next: ISO 8601. */
export const BACKUP_CHECK_FACT = 'backup-verify-at';

/** What is true of one database and of no other that is restored from its backups. */
export const OF_ONE_DATABASE: readonly string[] = [ID_FACT, RESTORED_FACT, COPIES_FACT, BACKUP_CHECK_FACT];

/**
 * Random, and another after each restore: two services with the same keys, as a drill makes them, are two by this. It is written
 * beside what the service keeps elsewhere.
 */
export function serviceIdOf(store: Pick<Store, 'settleFact'>): Promise<string> {
  return store.settleFact(ID_FACT, newId('svc-'));
}

/** To be called once at each start. */
export async function noteStart(store: Pick<Store, 'fact' | 'changeFact'>): Promise<void> {
  const before = await store.fact(RESTORED_FACT);
  if (before === JUST_RESTORED) await store.changeFact(RESTORED_FACT, FIRST_START);
  if (before === FIRST_START) await store.changeFact(RESTORED_FACT, '');
}

/** Whether this is before the second start since a restore: then what nobody knows may be newer than the backup. */
export async function isFreshlyRestored(store: Pick<Store, 'fact'>): Promise<boolean> {
  return [JUST_RESTORED, FIRST_START].includes((await store.fact(RESTORED_FACT)) ?? '');
}
