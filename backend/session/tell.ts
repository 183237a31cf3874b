import type { LifecycleEvent, SessionStatus } from '../../contract/wire.ts';
import { lettersOf } from '../events/letters.ts';
import type { Parts } from '../parts.ts';
import type { Json, Letter, SessionRecord } from '../store/records.ts';

/** News of a session. */
type News = {
  /** To be written in the transaction of the change that they tell of. */
  readonly letters: readonly Letter[];
  /** To be called when that is done. */
  readonly tell: () => void;
};

/** The news that a session comes to a status, or is deleted. `timestamp` is Unix time in milliseconds. */
export async function newsOf(
  parts: Parts,
  session: SessionRecord,
  status: SessionStatus | 'deleted',
  data: { readonly [name: string]: Json } = {},
): Promise<News> {
  const { events, clock } = parts;
  const event: LifecycleEvent = {
    channel: 'capture_session',
    event: `capture_session.${status}`,
    capture_session_id: session.id,
    status,
    timestamp: clock(),
    data,
  };
  return { letters: await lettersOf(parts, session, event), tell: () => events.tell(session, event) };
}
