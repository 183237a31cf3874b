import { setImmediate } from 'node:timers/promises';
import { type AuditHead, serviceAuditEntry } from '../../contract/audit.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import { BEGINNING, hashOf } from './log.ts';

const BATCH = 250;

export type Verified = {
  readonly entries: number;
  readonly head: AuditHead;
  /** The head that is kept outside of the database; null where none was ever. What follows it rests on the chain alone. */
  readonly anchored: AuditHead | null;
};

/**
 * Reads the whole log of a tenant and holds it against its chain, the head that is kept outside, and the heads that somebody
 * else kept. Error: `audit-broken`, which names the first entry that is edited, missing or not where it was.
 */
export async function verifyAudit(
  { store, audit }: Pick<Parts, 'store' | 'audit'>,
  tenantId: string,
  kept: readonly AuditHead[] = [],
): Promise<Result<Verified>> {
  // Before the log is read, which meanwhile grows.
  const anchored = await audit.anchored(tenantId);
  if (!anchored.ok) return anchored;
  const heads = anchored.value === null ? kept : [anchored.value, ...kept];
  let head: AuditHead = { sequence: 0, hash: BEGINNING };
  for (;;) {
    const batch = await batchAfter(store, tenantId, head.sequence);
    if (batch === undefined) return broken(1);
    for (const entry of batch) {
      const sequence = head.sequence + 1;
      const read = serviceAuditEntry.safeParse(entry);
      if (!read.success || read.data.sequence !== sequence) return broken(sequence);
      if (read.data.previous !== head.hash || read.data.hash !== hashOf(read.data)) return broken(sequence);
      head = { sequence, hash: read.data.hash };
      if (heads.some((other) => other.sequence === sequence && other.hash !== head.hash))
        return broken(sequence);
    }
    if (batch.length < BATCH) break;
    // A long log takes seconds, in which fragments arrive.
    await setImmediate();
  }
  if (heads.some((other) => other.sequence > head.sequence)) return broken(head.sequence + 1);
  const { value } = anchored;
  return ok({
    entries: head.sequence,
    head,
    anchored: value && { sequence: value.sequence, hash: value.hash },
  });
}

/** From the very first row on, whatever its number is. Undefined where there is no log at all. */
async function batchAfter(store: Parts['store'], tenantId: string, after: number) {
  try {
    return await store.auditEntries({ tenantId, limit: BATCH, ...(after === 0 ? {} : { after }) });
  } catch (error) {
    // SQLite's and PostgreSQL's words for a table that was dropped.
    const isGone = error instanceof Error && /no such table|relation .* does not exist/.test(error.message);
    if (isGone) return undefined;
    throw error;
  }
}

function broken(sequence: number): Result<never> {
  return fail('audit-broken', `entry ${sequence}`);
}
