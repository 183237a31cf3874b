import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import type { Environment, PolicyOf } from '../store/records.ts';
import { FIRST_COLLECTION } from '../store/trust-tables.ts';
import { destroySessions } from './destroy.ts';

const BATCH = 50;

/**
 * Deletes a collection with all sessions in it, their media, and its policies; answers how many sessions there were. Cut
 * short, it is still there with what is left, and can be deleted again. Errors: `collection-unknown`, `not-now` for the
 * first collection, which stays, and where it holds sessions of another environment than `environment` (null: any).
 */
export async function deleteCollection(
  parts: Parts,
  { tenantId, collectionId }: PolicyOf,
  environment: Environment | null = null,
): Promise<Result<{ readonly sessions: number }>> {
  if ((await parts.store.collection(tenantId, collectionId)) === undefined)
    return fail('collection-unknown', collectionId);
  if (collectionId === FIRST_COLLECTION) return fail('not-now', 'the first collection stays');
  const all = { tenantId, collectionId, environment: null };
  for (let count = 0; ; ) {
    // Each time: somebody may make one meanwhile.
    if (
      environment !== null &&
      (await parts.store.sessions({ ...all, environment: otherThan(environment), limit: 1 })).length > 0
    )
      return fail('not-now', `it holds sessions of ${otherThan(environment)}`);
    const sessions = await parts.store.sessions({ ...all, environment, limit: BATCH });
    // A session that is made meanwhile is found by the next look.
    if (sessions.length === 0 && (await parts.store.deleteCollection(tenantId, collectionId)))
      return ok({ sessions: count });
    if (sessions.length === 0 && (await parts.store.collection(tenantId, collectionId)) === undefined)
      return ok({ sessions: count });
    const erased = await destroySessions(parts, sessions);
    for (const id of erased.sessions) await parts.blobs.removeSession(id);
    count += erased.sessions.length;
  }
}

function otherThan(environment: Environment): Environment {
  return environment === 'production' ? 'development' : 'production';
}
