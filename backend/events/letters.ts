import type { LifecycleEvent, TenantEvent } from '../../contract/wire.ts';
import { newId } from '../access/secret.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Letter, SessionRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** What tells of an event of a session: to its callback address and to the tenant's own, where there are such. */
export async function lettersOf(
  { store, keyring }: { readonly store: Store; readonly keyring: Keyring },
  session: SessionRecord,
  event: LifecycleEvent,
): Promise<Letter[]> {
  const { id: sessionId, tenantId, environment, endUserId, callbackUrl } = session;
  const own = (await store.webhook(tenantId))?.url ?? null;
  const subject = keyring.subjectOf(tenantId, endUserId);
  const letter = { tenantId, environment, sessionId, subject, event: event.event, since: event.timestamp };
  const body = JSON.stringify(event);
  // Where both are the same, once is enough.
  const urls = [
    ...(callbackUrl === null || callbackUrl === own ? [] : [callbackUrl]),
    ...(own === null ? [] : [null]),
  ];
  return urls.map((url) => ({ ...letter, id: newId('evt-'), url, body }));
}

/** The same for an event of a tenant, which goes to its own address only. */
export function tenantLetters(
  { tenantId, own }: { readonly tenantId: string; readonly own: string | null },
  event: TenantEvent,
): Letter[] {
  if (own === null) return [];
  const of = {
    tenantId,
    environment: null,
    sessionId: null,
    subject: null,
    event: event.event,
    since: event.timestamp,
  };
  return [{ ...of, id: newId('evt-'), url: null, body: JSON.stringify(event) }];
}
