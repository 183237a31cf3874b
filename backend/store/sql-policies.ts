import type { Kysely } from 'kysely';
import { policy as policySchema } from '../../contract/policy.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { putLetters } from './sql-outbox.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Policies = Pick<Store, 'policy' | 'setPolicy' | 'policies' | 'fact' | 'settleFact' | 'changeFact'>;

/** Policies of collections, and the few facts the service notes about itself. */
export function policiesOver(db: Kysely<Tables>, keyring: Keyring): Policies {
  return {
    async policy({ tenantId, collectionId }) {
      const row = await db
        .selectFrom('collection_policy')
        .select('content')
        .where('tenant_id', '=', tenantId)
        .where('collection_id', '=', collectionId)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && policySchema.parse(JSON.parse(row.content));
    },

    async setPolicy(of, content, by, at, tell) {
      const { tenantId, collectionId } = of;
      const set = await db.transaction().execute(async (tx) => {
        const { version } = await tx
          .selectFrom('collection_policy')
          .select((select) => select.fn.max('version').as('version'))
          .where('tenant_id', '=', tenantId)
          .where('collection_id', '=', collectionId)
          .executeTakeFirstOrThrow();
        // Version 1 is the default, which nobody has set.
        const next = { ...content, version: (version ?? 1) + 1 };
        const inserted = await tx
          .insertInto('collection_policy')
          .values({
            tenant_id: tenantId,
            collection_id: collectionId,
            version: next.version,
            content: JSON.stringify(next),
            created_at: at,
            created_by: by,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows !== 1n) return undefined;
        await putLetters(tx, keyring, tell?.(next));
        return next;
      });
      // Somebody else has set one at the same moment: this one comes after it.
      return set ?? this.setPolicy(of, content, by, at, tell);
    },

    async policies({ tenantId, collectionId }) {
      const rows = await db
        .selectFrom('collection_policy')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('collection_id', '=', collectionId)
        .orderBy('version', 'desc')
        .execute();
      return rows.map((row) => ({
        policy: policySchema.parse(JSON.parse(row.content)),
        createdAt: row.created_at,
        createdBy: row.created_by,
      }));
    },

    async fact(name) {
      const row = await db.selectFrom('fact').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },

    async settleFact(name, value) {
      await db
        .insertInto('fact')
        .values({ name, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom('fact')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return row.value;
    },

    async changeFact(name, value) {
      await db
        .insertInto('fact')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
