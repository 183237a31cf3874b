import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import {
  type SessionView,
  sessionView,
  startSessionRequest,
  stopSessionRequest,
} from '../../contract/wire.ts';
import { reaches } from '../access/caller.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { pauseSession, resumeSession } from '../session/pause.ts';
import { startSession } from '../session/start.ts';
import { stopSession } from '../session/stop.ts';
import { viewOf } from '../session/view.ts';
import type { SessionRecord } from '../store/store.ts';

const oneSession = z.object({ id: z.string() });
const moment = z.object({ at_ms: z.number().min(0) });

/** The client's own session. */
export const CAPTURE_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/capture/session/{id}',
    access: 'token',
    summary: 'The session and its policy, as shown to the person before they agree',
    params: oneSession,
    answer: sessionView,
    async handle({ parts, caller, params }) {
      const isBound = caller.token.sessionId !== null;
      const reached = reaches(caller, params.id);
      if (isBound && !reached.ok) return reached;
      const session = await parts.store.session(params.id);
      if (session === undefined) return fail('session-unknown', params.id);
      // A token that is not bound yet may look at what it could start, and at nothing else.
      if (!isBound && session.status !== 'created') return fail('token-foreign');
      return shown(parts, ok(session));
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/start',
    access: 'token',
    summary: 'Start the session: one stream per channel, as far as the policy allows',
    body: startSessionRequest,
    answer: sessionView,
    handle: async ({ parts, caller, body }) => shown(parts, await startSession(parts, caller.token, body)),
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/pause',
    access: 'token',
    summary: 'Pause, at a time on the session clock in milliseconds',
    params: oneSession,
    body: moment,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = reaches(caller, params.id);
      return reached.ok ? shown(parts, await pauseSession(parts, params.id, body.at_ms)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/resume',
    access: 'token',
    summary: 'Resume, at a time on the session clock in milliseconds',
    params: oneSession,
    body: moment,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = reaches(caller, params.id);
      return reached.ok ? shown(parts, await resumeSession(parts, params.id, body.at_ms)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/stop',
    access: 'token',
    summary: 'Stop, and say what was made; stopped once all of it is here',
    params: oneSession,
    body: stopSessionRequest,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = reaches(caller, params.id);
      return reached.ok ? shown(parts, await stopSession(parts, params.id, body)) : reached;
    },
  }),
];

async function shown(parts: Parts, session: Result<SessionRecord>): Promise<Result<SessionView>> {
  return session.ok ? ok(await viewOf(parts, session.value)) : session;
}
