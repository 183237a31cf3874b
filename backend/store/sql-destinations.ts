import type { Kysely, Selectable } from 'kysely';
import { destinationPlace } from '../destinations/destination.ts';
import type { DestinationRecord } from './records.ts';
import { environment } from './rows.ts';
import { noteBehind, PEOPLE } from './sql-behind.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Destinations = Pick<Store, 'setDestination' | 'destination' | 'destinations' | 'removeDestination'>;

/** Where the recordings of each collection are copied to. */
export function destinationsOver(db: Kysely<Tables>): Destinations {
  return {
    async setDestination(destination, nowMs) {
      const { id, ...row } = fromDestination(destination);
      await db.transaction().execute(async (tx) => {
        const before = await tx
          .selectFrom('destination')
          .select('place')
          .where('tenant_id', '=', row.tenant_id)
          .where('collection_id', '=', row.collection_id)
          .where('environment', '=', row.environment)
          .executeTakeFirst();
        // Claimed or not: whoever sends it finishes with the place it began with, and does not begin again.
        if (before?.place !== row.place)
          await tx
            .updateTable('copy')
            .set({ state: 'sent', attempts: 0, last_error: '' })
            .where('tenant_id', '=', row.tenant_id)
            .where('collection_id', '=', row.collection_id)
            .where('environment', '=', row.environment)
            .where('state', '=', 'sending')
            .where('sent_at', 'is not', null)
            .execute();
        await tx
          .insertInto('destination')
          .values({ id, ...row })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'collection_id', 'environment']).doUpdateSet({ id, ...row }),
          )
          .execute();
        await tx
          .updateTable('copy')
          .set({ next_at: nowMs })
          .where('tenant_id', '=', row.tenant_id)
          .where('collection_id', '=', row.collection_id)
          .where('environment', '=', row.environment)
          .where('state', '=', 'sending')
          .where('claim', '=', '')
          .execute();
        await noteBehind(tx, [PEOPLE]);
      });
    },

    async destination({ tenantId, collectionId, environment: of }) {
      const row = await db
        .selectFrom('destination')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('collection_id', '=', collectionId)
        .where('environment', '=', of)
        .executeTakeFirst();
      return row && toDestination(row);
    },

    async destinations(tenantId) {
      const rows = await db
        .selectFrom('destination')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('collection_id')
        .orderBy('environment')
        .execute();
      return rows.map(toDestination);
    },

    async removeDestination({ tenantId, collectionId, environment: of }) {
      return db.transaction().execute(async (tx) => {
        const removed = await tx
          .deleteFrom('destination')
          .where('tenant_id', '=', tenantId)
          .where('collection_id', '=', collectionId)
          .where('environment', '=', of)
          .executeTakeFirst();
        await noteBehind(tx, [PEOPLE]);
        return removed.numDeletedRows === 1n;
      });
    },
  };
}

function toDestination(row: Selectable<Tables['destination']>): DestinationRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    collectionId: row.collection_id,
    environment: environment.parse(row.environment),
    place: destinationPlace.parse(JSON.parse(row.place)),
    keepBackup: row.keep_backup === 1,
    wrappedKey: row.wrapped_key,
    sealedCredentials: row.sealed,
    credentialsAt: row.credentials_at,
    updatedAt: row.updated_at,
  };
}

function fromDestination(of: DestinationRecord): Tables['destination'] {
  return {
    id: of.id,
    tenant_id: of.tenantId,
    collection_id: of.collectionId,
    environment: of.environment,
    place: JSON.stringify(of.place),
    keep_backup: of.keepBackup ? 1 : 0,
    wrapped_key: of.wrappedKey,
    sealed: of.sealedCredentials,
    credentials_at: of.credentialsAt,
    updated_at: of.updatedAt,
  };
}
