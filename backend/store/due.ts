import { type RawBuilder, sql } from 'kysely';
import { CLAIM_MS, LONGEST_WAIT_MS } from '../lookout.ts';

/**
 * Whether it is time for what is due at `column`, Unix time in milliseconds as `nowMs`. A wait that is longer than any was set by
 * a clock that was wrong, and is over.
 */
export function isDue(column: string, nowMs: number): RawBuilder<boolean> {
  const at = sql.ref(column);
  return sql<boolean>`(${at} <= ${nowMs} or ${at} > ${nowMs + LONGEST_WAIT_MS + CLAIM_MS})`;
}

/** Of one tenant: so many in hand at most, those counted that are `claimed` already. */
export type Share = { readonly ofOne: number; readonly claimed: ReadonlyMap<string, number> };

/** Tenants all of whose hands are full. */
export function busyOf({ ofOne, claimed }: Share): string[] {
  return [...claimed].flatMap(([tenantId, count]) => (count >= ofOne ? [tenantId] : []));
}

/** Takes one row after the other as long as its tenant has a hand free. `take` says undefined where somebody else was faster. */
export async function claimEach<Row extends { readonly tenant_id: string }, Claimed>(
  due: readonly Row[],
  { ofOne, claimed: before }: Share,
  take: (row: Row) => Promise<Claimed | undefined>,
): Promise<Claimed[]> {
  const hands = new Map(before);
  const claimed: Claimed[] = [];
  for (const row of due) {
    const count = hands.get(row.tenant_id) ?? 0;
    if (count >= ofOne) continue;
    const mine = await take(row);
    if (mine === undefined) continue;
    hands.set(row.tenant_id, count + 1);
    claimed.push(mine);
  }
  return claimed;
}
