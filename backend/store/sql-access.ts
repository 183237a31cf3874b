import type { Kysely } from 'kysely';
import { policy } from '../../contract/policy.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Access = Pick<
  Store,
  | 'addKey'
  | 'dropKeysNamed'
  | 'keyBySha256'
  | 'addToken'
  | 'tokenBySha256'
  | 'bindToken'
  | 'forgetTokensExpiredBefore'
  | 'policy'
  | 'setPolicy'
  | 'settleFact'
>;

/** Keys, tokens, the policy and the few facts the service notes about itself. */
export function accessOver(db: Kysely<Tables>): Access {
  return {
    async addKey({ id, name, sha256, createdAt }) {
      await db.insertInto('api_key').values({ id, name, sha256, created_at: createdAt }).execute();
    },

    async dropKeysNamed(name) {
      await db.deleteFrom('api_key').where('name', '=', name).execute();
    },

    async keyBySha256(sha256) {
      const row = await db.selectFrom('api_key').selectAll().where('sha256', '=', sha256).executeTakeFirst();
      return row && { id: row.id, name: row.name, sha256: row.sha256, createdAt: row.created_at };
    },

    async addToken({ sha256, sessionId, family, scope, expiresAt }) {
      await db
        .insertInto('client_token')
        .values({ sha256, session_id: sessionId, family, scope, expires_at: expiresAt })
        .execute();
    },

    async tokenBySha256(sha256) {
      const row = await db
        .selectFrom('client_token')
        .selectAll()
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { session_id: sessionId, family, scope, expires_at: expiresAt } = row;
      return { sha256, sessionId, family, scope, expiresAt };
    },

    async bindToken({ sha256, family }, sessionId) {
      await db
        .updateTable('client_token')
        .set({ session_id: sessionId })
        .where('family', '=', family)
        .where('session_id', 'is', null)
        .execute();
      const row = await db
        .selectFrom('client_token')
        .select('session_id')
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row?.session_id === sessionId;
    },

    async forgetTokensExpiredBefore(unixSeconds) {
      await db.deleteFrom('client_token').where('expires_at', '<', unixSeconds).execute();
    },

    async policy() {
      const row = await db
        .selectFrom('policy')
        .select('content')
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && policy.parse(JSON.parse(row.content));
    },

    async setPolicy(content) {
      return db.transaction().execute(async (tx) => {
        const { version } = await tx
          .selectFrom('policy')
          .select((select) => select.fn.max('version').as('version'))
          .executeTakeFirstOrThrow();
        // Version 1 is the default, which nobody has set.
        const next = { ...content, version: (version ?? 1) + 1 };
        await tx
          .insertInto('policy')
          .values({ version: next.version, content: JSON.stringify(next) })
          .execute();
        return next;
      });
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
  };
}
