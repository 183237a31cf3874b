import type { Kysely } from 'kysely';
import { type KeyOwner, ownerContext, secretContext } from '../secrets/keyring.ts';
import type { Master } from '../secrets/master.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Under this fact the store remembers whose master key it is. */
export const MASTER_FACT = 'master-key';

const BATCH = 500;

/** Every wrapped key of the database for another master key, in one transaction. */
export function rewrapOver(db: Kysely<Tables>): Pick<Store, 'rewrap'> {
  return {
    async rewrap(from, to) {
      return db.transaction().execute(async (tx) => {
        const changed = await tx
          .updateTable('fact')
          .set({ value: to.fingerprint })
          .where('name', '=', MASTER_FACT)
          .where('value', '=', from.fingerprint)
          .executeTakeFirst();
        if (changed.numUpdatedRows !== 1n) return false;
        for (const { name, wrapped } of await tx.selectFrom('service_secret').selectAll().execute()) {
          const again = rewrapped(from, to, secretContext(name), wrapped);
          await tx.updateTable('service_secret').set({ wrapped: again }).where('name', '=', name).execute();
        }
        await rewrapRows(tx, 'capture_session', 'session', from, to);
        await rewrapRows(tx, 'rtstream', 'stream', from, to);
        await rewrapRows(tx, 'destination', 'destination', from, to);
        return true;
      });
    },
  };
}

async function rewrapRows(
  tx: Kysely<Tables>,
  table: 'capture_session' | 'rtstream' | 'destination',
  kind: KeyOwner['kind'],
  from: Master,
  to: Master,
): Promise<void> {
  for (let after = ''; ; ) {
    const rows = await tx
      .selectFrom(table)
      .select(['id', 'wrapped_key'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    for (const { id, wrapped_key: wrapped } of rows) {
      after = id;
      // There is none, or it was destroyed.
      if (wrapped === null || wrapped === '') continue;
      const again = rewrapped(from, to, ownerContext({ kind, id }), wrapped);
      await tx.updateTable(table).set({ wrapped_key: again }).where('id', '=', id).execute();
    }
    if (rows.length < BATCH) return;
  }
}

function rewrapped(from: Master, to: Master, context: string, wrapped: string): string {
  return to.wrap(context, from.unwrap(context, wrapped));
}
