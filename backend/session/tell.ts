import type { SessionStatus } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { Json, SessionRecord } from '../store/store.ts';

/** Tells that a session has come to a status. `timestamp` is Unix time in milliseconds. */
export function tellStatus(
  parts: Parts,
  session: SessionRecord,
  status: SessionStatus,
  data: { readonly [name: string]: Json } = {},
): void {
  parts.events.tell(session.collectionId, {
    channel: 'capture_session',
    event: `capture_session.${status}`,
    capture_session_id: session.id,
    status,
    timestamp: parts.clock(),
    data,
  });
}
