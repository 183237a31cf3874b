import type { Policy } from '../../contract/policy.ts';
import { tenantLetters } from '../events/letters.ts';
import type { Parts } from '../parts.ts';
import type { PolicyOf } from '../store/records.ts';

/** Puts a policy into force in a collection. `by` is who did it, as the audit log names them. */
export async function setPolicy(
  { store, clock, events }: Pick<Parts, 'store' | 'clock' | 'events'>,
  { tenantId, collectionId }: PolicyOf,
  policy: Omit<Policy, 'version'>,
  by: string,
): Promise<Policy> {
  const at = clock();
  const own = (await store.webhook(tenantId))?.url ?? null;
  const set = await store.setPolicy({ tenantId, collectionId }, policy, by, Math.floor(at / 1000), (next) =>
    tenantLetters(
      { tenantId, own },
      {
        event: 'policy.changed',
        timestamp: at,
        data: { collection_id: collectionId, version: next.version },
      },
    ),
  );
  events.wake();
  return set;
}
