import type { Kysely, Selectable } from 'kysely';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import type { Concerned } from './records.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Auditing = Pick<Store, 'auditHead' | 'addAudit' | 'auditEntries'>;

/** The audit log. There is no method that changes or removes an entry. */
export function auditOver(db: Kysely<Tables>): Auditing {
  return {
    async auditHead(tenantId) {
      const row = await db
        .selectFrom('audit_entry')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toEntry(row);
    },

    async addAudit(tenantId, entry, concerned) {
      return db.transaction().execute(async (tx) => {
        const added = await tx
          .insertInto('audit_entry')
          .values({ tenant_id: tenantId, ...entry })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (added.numInsertedOrUpdatedRows !== 1n) return false;
        if (concerned !== null && (await isHeld(tx, tenantId, concerned)))
          await tx
            .insertInto('audit_subject')
            .values({ tenant_id: tenantId, sequence: entry.sequence, ...concerned })
            .execute();
        return true;
      });
    },

    async auditEntries({
      tenantId,
      actor,
      object,
      subject,
      environment = null,
      since,
      until,
      after,
      isNewestFirst = false,
      limit,
    }) {
      let query = db
        .selectFrom('audit_entry')
        .selectAll('audit_entry')
        .where('audit_entry.tenant_id', '=', tenantId);
      if (actor !== undefined) query = query.where('actor', '=', actor);
      if (object !== undefined) query = query.where('object', '=', object);
      if (since !== undefined) query = query.where('at', '>=', since);
      if (until !== undefined) query = query.where('at', '<', until);
      if (after !== undefined) query = query.where('audit_entry.sequence', isNewestFirst ? '<' : '>', after);
      if (subject !== undefined)
        query = query.where((is) =>
          is.exists(
            is
              .selectFrom('audit_subject')
              .select('audit_subject.sequence')
              .whereRef('audit_subject.tenant_id', '=', 'audit_entry.tenant_id')
              .whereRef('audit_subject.sequence', '=', 'audit_entry.sequence')
              .where('audit_subject.subject', '=', subject)
              .$if(environment !== null, (links) =>
                links.where('audit_subject.environment', '=', environment ?? ''),
              ),
          ),
        );
      const rows = await query
        .orderBy('audit_entry.sequence', isNewestFirst ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}

/** Somebody who was erased while something of theirs was still being read is not brought back by the entry of that. */
async function isHeld(
  tx: Kysely<Tables>,
  tenantId: string,
  { subject, environment }: Concerned,
): Promise<boolean> {
  const session = tx
    .selectFrom('capture_session')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('subject', '=', subject)
    .where('environment', '=', environment);
  if ((await session.limit(1).executeTakeFirst()) !== undefined) return true;
  const link = tx
    .selectFrom('audit_subject')
    .select('sequence')
    .where('tenant_id', '=', tenantId)
    .where('subject', '=', subject)
    .where('environment', '=', environment);
  return (await link.limit(1).executeTakeFirst()) !== undefined;
}

function toEntry(row: Selectable<Tables['audit_entry']>): ServiceAuditEntry {
  const { tenant_id: _, ...entry } = row;
  return entry;
}
