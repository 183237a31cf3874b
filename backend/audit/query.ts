import type { ServiceAuditEntry } from '../../contract/audit.ts';
import type { Parts } from '../parts.ts';

export type Question = {
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly endUserId?: string | undefined;
  /** ISO 8601; from this on, and before that. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Continue after this sequence. */
  readonly after?: number | undefined;
  /** Absent: in their order. */
  readonly isNewestFirst?: boolean | undefined;
  readonly limit: number;
};

/** Entries of a tenant's log; `next` is the `after` of the next page, null at the end. */
export async function queryAudit(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  tenantId: string,
  { endUserId, since, until, limit, ...exact }: Question,
): Promise<{ readonly entries: ServiceAuditEntry[]; readonly next: number | null }> {
  const found = await store.auditEntries({
    ...exact,
    tenantId,
    subject: endUserId === undefined ? undefined : keyring.subjectOf(tenantId, endUserId),
    since: inUtc(since),
    until: inUtc(until),
    limit: limit + 1,
  });
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? (entries.at(-1)?.sequence ?? null) : null };
}

/** As entries have it, so that text compares as time does. */
function inUtc(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
