import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Under this and its path the store remembers that a folder has its backups. */
export const PLACE_FACT = 'backup-to';

/** Under this and what it is of the store remembers what was deleted, and may lie in the backups' keys still. */
const BEHIND_FACT = 'backups-behind ';

/** What the backups have once, as it is now, and what is of no session. */
export const PEOPLE = 'people';

/**
 * To be called last in a transaction that deletes: whatever becomes of this process, the backups have to follow. `of`: ids of sessions,
 * or `PEOPLE`. A service that was never backed up has nothing to follow.
 */
export async function noteBehind(tx: Kysely<Tables>, of: readonly string[]): Promise<void> {
  const place = await tx
    .selectFrom('fact')
    .select('name')
    .where('name', 'like', `${PLACE_FACT} %`)
    .limit(1)
    .executeTakeFirst();
  if (place === undefined) return;
  for (const each of [...of].sort()) {
    // Another each time: who settles an earlier one does not take this one away.
    const value = randomUUID();
    await tx
      .insertInto('fact')
      .values({ name: BEHIND_FACT + each, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  }
}

/** What is to follow in the backups. */
export function behindOver(db: Kysely<Tables>): Pick<Store, 'behind' | 'settleBehind'> {
  return {
    async behind() {
      const rows = await db
        .selectFrom('fact')
        .selectAll()
        .where('name', 'like', `${BEHIND_FACT}%`)
        .orderBy('name')
        .execute();
      return rows.map(({ name, value }) => ({ of: name.slice(BEHIND_FACT.length), mark: value }));
    },

    async settleBehind({ of, mark }) {
      await db
        .deleteFrom('fact')
        .where('name', '=', BEHIND_FACT + of)
        .where('value', '=', mark)
        .execute();
    },
  };
}
