import type { Parts } from '../parts.ts';

/** Whether anything is held of a person: a session, or an entry of the log that concerns them. */
export async function isKnown(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  tenantId: string,
  endUserId: string,
): Promise<boolean> {
  const sessions = await store.sessions({ tenantId, environment: null, endUserId, limit: 1 });
  if (sessions.length > 0) return true;
  const subject = keyring.subjectOf(tenantId, endUserId);
  return (await store.auditEntries({ tenantId, subject, limit: 1 })).length > 0;
}
