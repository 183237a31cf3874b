import type { Kysely, Selectable, Transaction } from 'kysely';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import type { AdminPass, AdminRecord, CollectionRecord } from './records.ts';
import { noteBehind, PEOPLE } from './sql-behind.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Tenants = Pick<
  Store,
  | 'addTenant'
  | 'tenant'
  | 'tenants'
  | 'addCollection'
  | 'collection'
  | 'collections'
  | 'deleteCollection'
  | 'addAdmin'
  | 'adminNamed'
  | 'admin'
  | 'admins'
  | 'setPassword'
  | 'addPass'
  | 'passBySha256'
  | 'confirmPass'
  | 'notePassSeen'
  | 'dropPass'
  | 'forgetPassesExpiredBefore'
>;

/** Tenants, their collections and their admins. */
export function tenantsOver(db: Kysely<Tables>): Tenants {
  return {
    async addTenant({ id, name, createdAt }) {
      await db.insertInto('tenant').values({ id, name, created_at: createdAt }).execute();
    },

    async tenant(id) {
      const row = await db.selectFrom('tenant').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { id: row.id, name: row.name, createdAt: row.created_at };
    },

    async tenants() {
      const rows = await db.selectFrom('tenant').selectAll().orderBy('id').execute();
      return rows.map((row) => ({ id: row.id, name: row.name, createdAt: row.created_at }));
    },

    async addCollection({ tenantId, id, name, description, createdAt }) {
      const added = await db
        .insertInto('collection')
        .values({ tenant_id: tenantId, id, name, description, created_at: createdAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return added.numInsertedOrUpdatedRows === 1n;
    },

    async collection(tenantId, id) {
      const row = await db
        .selectFrom('collection')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && toCollection(row);
    },

    async collections(tenantId) {
      const rows = await db
        .selectFrom('collection')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toCollection);
    },

    async deleteCollection(tenantId, id) {
      return db.transaction().execute(async (tx) => {
        const deleted = await tx
          .deleteFrom('collection')
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .where((is) =>
            is.not(
              is.exists(
                is
                  .selectFrom('capture_session')
                  .select('capture_session.id')
                  .where('capture_session.tenant_id', '=', tenantId)
                  .where('capture_session.collection_id', '=', id),
              ),
            ),
          )
          .executeTakeFirst();
        if (deleted.numDeletedRows !== 1n) return false;
        await endPolicies(tx, tenantId, id);
        await tx
          .deleteFrom('destination')
          .where('tenant_id', '=', tenantId)
          .where('collection_id', '=', id)
          .execute();
        // Its destinations are in the backups.
        await noteBehind(tx, [PEOPLE]);
        return true;
      });
    },

    async addAdmin({ id, tenantId, name, password, createdAt }) {
      const added = await db
        .insertInto('admin')
        .values({ id, tenant_id: tenantId, name, password, created_at: createdAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return added.numInsertedOrUpdatedRows === 1n;
    },

    async adminNamed(name) {
      const row = await db.selectFrom('admin').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toAdmin(row);
    },

    async admin(id) {
      const row = await db.selectFrom('admin').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toAdmin(row);
    },

    async admins(tenantId) {
      const all = db.selectFrom('admin').selectAll().where('tenant_id', '=', tenantId).orderBy('name');
      return (await all.execute()).map(toAdmin);
    },

    async setPassword(adminId, password) {
      return db.transaction().execute(async (tx) => {
        const set = await tx
          .updateTable('admin')
          .set({ password })
          .where('id', '=', adminId)
          .executeTakeFirst();
        await tx.deleteFrom('admin_pass').where('admin_id', '=', adminId).execute();
        return set.numUpdatedRows === 1n;
      });
    },

    async addPass({ sha256, adminId, kind, csrf, seenAt, expiresAt, confirmedUntil }, password) {
      const added = await db
        .insertInto('admin_pass')
        .columns(['sha256', 'admin_id', 'kind', 'csrf', 'seen_at', 'expires_at', 'confirmed_until'])
        .expression(
          db
            .selectFrom('admin')
            .select((is) => [
              is.val(sha256).as('sha256'),
              'id',
              is.val(kind).as('kind'),
              is.val(csrf).as('csrf'),
              is.cast<number>(is.val(seenAt), 'bigint').as('seen_at'),
              is.cast<number>(is.val(expiresAt), 'bigint').as('expires_at'),
              is.cast<number>(is.val(confirmedUntil), 'bigint').as('confirmed_until'),
            ])
            .where('id', '=', adminId)
            .where('password', '=', password),
        )
        .executeTakeFirst();
      return added.numInsertedOrUpdatedRows === 1n;
    },

    async passBySha256(sha256) {
      const row = await db
        .selectFrom('admin_pass')
        .selectAll()
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row && toPass(row);
    },

    async confirmPass(sha256, until) {
      await db
        .updateTable('admin_pass')
        .set({ confirmed_until: until })
        .where('sha256', '=', sha256)
        .execute();
    },

    async notePassSeen(sha256, at) {
      await db.updateTable('admin_pass').set({ seen_at: at }).where('sha256', '=', sha256).execute();
    },

    async dropPass(sha256) {
      await db.deleteFrom('admin_pass').where('sha256', '=', sha256).execute();
    },

    async forgetPassesExpiredBefore(unixSeconds) {
      await db.deleteFrom('admin_pass').where('expires_at', '<', unixSeconds).execute();
    },
  };
}

function toCollection(row: Selectable<Tables['collection']>): CollectionRecord {
  const { tenant_id: tenantId, id, name, description, created_at: createdAt } = row;
  return { tenantId, id, name, description, createdAt };
}

function toAdmin(row: Selectable<Tables['admin']>): AdminRecord {
  const { id, tenant_id: tenantId, name, password, created_at: createdAt } = row;
  return { id, tenantId, name, password, createdAt };
}

function toPass(row: Selectable<Tables['admin_pass']>): AdminPass {
  return {
    sha256: row.sha256,
    adminId: row.admin_id,
    kind: row.kind,
    csrf: row.csrf,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    confirmedUntil: row.confirmed_until,
  };
}

/**
 * Leaves nothing of a collection's policies but their number: one that comes again under this name has the default as the
 * next version. Clients go on from the newest they know, and would take a lower one for a replay.
 */
async function endPolicies(tx: Transaction<Tables>, tenantId: string, collectionId: string): Promise<void> {
  const last = await tx
    .selectFrom('collection_policy')
    .select(['version', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('collection_id', '=', collectionId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return;
  await tx
    .deleteFrom('collection_policy')
    .where('tenant_id', '=', tenantId)
    .where('collection_id', '=', collectionId)
    .execute();
  const version = last.version + 1;
  await tx
    .insertInto('collection_policy')
    .values({
      tenant_id: tenantId,
      collection_id: collectionId,
      version,
      content: JSON.stringify({ ...DEFAULT_POLICY, version }),
      created_at: last.created_at,
      created_by: 'system',
    })
    .execute();
}
