import { ENVIRONMENTS, type SessionRecord } from '../store/records.ts';
import type { Call } from './page.ts';

/**
 * The session that a session or video of this id belongs to, where it is of the admin's tenant. What is another tenant's is
 * not even opened: it takes as long as what is not there.
 */
export async function sessionOf(
  { parts, admin: { tenantId } }: Pick<Call, 'parts' | 'admin'>,
  id: string,
): Promise<SessionRecord | undefined> {
  for (const environment of ENVIRONMENTS) {
    const found = await parts.store.sessionIdOf({ tenantId, environment }, id);
    if (found !== undefined) return parts.store.session(found);
  }
  return undefined;
}
