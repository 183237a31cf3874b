import { fail, ok, type Result } from '../../contract/result.ts';
import type { SessionStatus } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord } from '../store/records.ts';
import { newsOf } from './tell.ts';

/**
 * Pauses a session at a time on its clock (milliseconds). Fragments of before may still arrive: a recorder
 * that was cut off catches up. Errors: `session-unknown`, `not-now`, `session-ended`.
 */
export function pauseSession(parts: Parts, id: string, atMs: number): Promise<Result<SessionRecord>> {
  return move(parts, id, ['starting', 'active'], async () => 'paused', atMs);
}

/** Resumes a session; `active` only where media has arrived, because requested is not recording. */
export function resumeSession(parts: Parts, id: string, atMs: number): Promise<Result<SessionRecord>> {
  const to = async () => {
    const streams = await parts.store.streamsOf([id]);
    return streams.some((stream) => stream.fragments > 0) ? 'active' : 'starting';
  };
  return move(parts, id, ['paused'], to, atMs);
}

function move(
  parts: Parts,
  id: string,
  from: readonly SessionStatus[],
  target: () => Promise<SessionStatus>,
  atMs: number,
): Promise<Result<SessionRecord>> {
  return parts.turns(id, async () => {
    const session = await parts.store.session(id);
    if (session === undefined) return fail('session-unknown', id);
    const to = await target();
    // A recorder that did not hear the answer asks again.
    if (session.status === to) return ok(session);
    const news = await newsOf(parts, session, to, { at_ms: atMs });
    if (!(await parts.store.moveSession(id, from, to, news.letters)))
      return fail(
        session.status === 'created' ? 'not-now' : 'session-ended',
        `the session is ${session.status}`,
      );
    news.tell();
    return ok({ ...session, status: to });
  });
}
