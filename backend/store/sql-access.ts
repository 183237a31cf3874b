import type { Kysely } from 'kysely';
import { fromKey, fromToken, toKey, toToken } from './rows.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Access = Pick<
  Store,
  | 'addKey'
  | 'keyBySha256'
  | 'keys'
  | 'deleteKey'
  | 'expireKey'
  | 'noteKeyUsed'
  | 'deadKeys'
  | 'addToken'
  | 'tokenBySha256'
  | 'renewToken'
  | 'bindToken'
  | 'settlePossession'
  | 'dropTokensOf'
  | 'forgetTokensExpiredBefore'
>;

/** API keys and client tokens. */
export function accessOver(db: Kysely<Tables>): Access {
  return {
    async addKey(key) {
      await db.insertInto('api_key').values(fromKey(key)).execute();
    },

    async keyBySha256(sha256) {
      const row = await db.selectFrom('api_key').selectAll().where('sha256', '=', sha256).executeTakeFirst();
      return row && toKey(row);
    },

    async keys(tenantId) {
      const rows = await db
        .selectFrom('api_key')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toKey);
    },

    async deleteKey(tenantId, id) {
      const deleted = await db
        .deleteFrom('api_key')
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      return deleted.numDeletedRows === 1n;
    },

    async expireKey(tenantId, id, at) {
      const expired = await db
        .updateTable('api_key')
        .set({ expires_at: at })
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', at)]))
        .executeTakeFirst();
      return expired.numUpdatedRows === 1n;
    },

    async noteKeyUsed(id, at) {
      await db.updateTable('api_key').set({ last_used_at: at }).where('id', '=', id).execute();
    },

    async deadKeys(ids, at) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('api_key')
        .select('id')
        .where('id', 'in', ids)
        .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', at)]))
        .execute();
      const living = new Set(rows.map((row) => row.id));
      return ids.filter((id) => !living.has(id));
    },

    async addToken(token) {
      await db.insertInto('client_token').values(fromToken(token)).execute();
    },

    async tokenBySha256(sha256) {
      const row = await db
        .selectFrom('client_token')
        .selectAll()
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row && toToken(row);
    },

    async renewToken(sha256, renewed) {
      return db.transaction().execute(async (tx) => {
        // Written to, though with what is there: whoever binds or drops it meanwhile waits until the new one is there too.
        await tx.updateTable('client_token').set({ sha256 }).where('sha256', '=', sha256).execute();
        const row = await tx
          .selectFrom('client_token')
          .selectAll()
          .where('sha256', '=', sha256)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const token = { ...toToken(row), ...renewed };
        await tx.insertInto('client_token').values(fromToken(token)).execute();
        return token;
      });
    },

    async bindToken({ sha256, family }, sessionId) {
      await db.transaction().execute(async (tx) => {
        const bind = tx
          .updateTable('client_token')
          .set({ session_id: sessionId })
          .where('family', '=', family)
          .where('session_id', 'is', null);
        await bind.execute();
        // The first waited for a renewal under way, and does not know yet what it made.
        await bind.execute();
      });
      const row = await db
        .selectFrom('client_token')
        .select('session_id')
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row?.session_id === sessionId;
    },

    async settlePossession({ sha256, family }, possession, jkt) {
      await db
        .updateTable('client_token')
        .set({ possession, jkt })
        .where('family', '=', family)
        .where('possession', '=', 'open')
        .execute();
      return db
        .selectFrom('client_token')
        .select(['possession', 'jkt'])
        .where('sha256', '=', sha256)
        .executeTakeFirst();
    },

    async dropTokensOf(sessionId) {
      return db.transaction().execute(async (tx) => {
        const drop = tx.deleteFrom('client_token').where('session_id', '=', sessionId);
        const first = await drop.executeTakeFirst();
        // As above: what was renewed while the first waited goes, too.
        const second = await drop.executeTakeFirst();
        return Number(first.numDeletedRows + second.numDeletedRows);
      });
    },

    async forgetTokensExpiredBefore(unixSeconds) {
      await db.deleteFrom('client_token').where('expires_at', '<', unixSeconds).execute();
    },
  };
}
