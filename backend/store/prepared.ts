import type { Kysely } from 'kysely';
import { fail, ok, type Result } from '../../contract/result.ts';
import { type Keyring, openKeyring } from '../secrets/keyring.ts';
import type { Master } from '../secrets/master.ts';
import type { Locks } from './locks.ts';
import { migrate } from './migrations.ts';
import { MASTER_FACT } from './sql-rewrap.ts';
import { storeOver } from './sql-store.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

export type OpenedStore = {
  readonly store: Store;
  readonly keyring: Keyring;
  /** Where several processes may be the service together. */
  readonly locks?: Locks;
};

/**
 * The store over a database of this kind, in its newest form, into which it is brought over `migrating`. Error: `master-key-wrong`.
 */
export async function preparedStore(
  db: Kysely<Tables>,
  kind: 'sqlite' | 'postgres',
  master: Master,
  scrub: () => Promise<boolean>,
  migrating = db,
): Promise<Result<OpenedStore>> {
  try {
    // Before anything is written under this key.
    const known = await masterBefore(db);
    if (known === undefined || known === master.fingerprint) {
      // What a migration has sealed must not stay readable where it lay before.
      if (await migrate(migrating, kind, master)) await scrub();
      const keyring = await openKeyring(db, master);
      const store = storeOver(db, keyring, scrub);
      if ((await store.settleFact(MASTER_FACT, master.fingerprint)) === master.fingerprint)
        return ok({ store, keyring });
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  await db.destroy();
  // A new one in its place would only hide that the right one is missing.
  return fail('master-key-wrong', 'it is not the one that the store was written with');
}

async function masterBefore(db: Kysely<Tables>): Promise<string | undefined> {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === 'fact')) return undefined;
  const row = await db.selectFrom('fact').select('value').where('name', '=', MASTER_FACT).executeTakeFirst();
  return row?.value;
}
