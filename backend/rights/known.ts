import type { Parts } from '../parts.ts';
import type { Environment } from '../store/records.ts';

/** Whether anything is held of a person, as far as one environment sees (null: both): a session, or an entry of the log. */
export async function isKnown(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  tenantId: string,
  endUserId: string,
  environment: Environment | null,
): Promise<boolean> {
  const sessions = await store.sessions({ tenantId, environment, endUserId, limit: 1 });
  if (sessions.length > 0) return true;

  const subject = keyring.subjectOf(tenantId, endUserId);
  return (await store.auditEntries({ tenantId, subject, environment, limit: 1 })).length > 0;
}
