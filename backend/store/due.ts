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

/** One hand more of this tenant is at work, or one less. Whoever has none at work is not remembered. */
export function countHand(hands: Map<string, number>, tenantId: string, more: 1 | -1): void {
  const count = (hands.get(tenantId) ?? 0) + more;
  if (count > 0) hands.set(tenantId, count);
  else hands.delete(tenantId);
}

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
