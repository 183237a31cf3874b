import { z } from 'zod';
import { sessionMs } from '../../contract/fragment.ts';
import { ok, type Result } from '../../contract/result.ts';
import {
  deletionList,
  deletionsRequest,
  revokeConsentRequest,
  type SessionView,
  sessionView,
  startSessionRequest,
  stopSessionRequest,
} from '../../contract/wire.ts';
import { sessionFor, startableFor } from '../access/caller.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { pauseSession, resumeSession } from '../session/pause.ts';
import { revokeConsent } from '../session/revoke.ts';
import { startSession } from '../session/start.ts';
import { stopSession } from '../session/stop.ts';
import { viewOf } from '../session/view.ts';
import type { SessionRecord } from '../store/records.ts';

const oneSession = z.object({ id: z.string() });
const moment = z.object({ at_ms: sessionMs });

/** The client's own session. */
export const CAPTURE_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/capture/session/{id}',
    access: 'token',
    action: 'look',
    does: 'session.look',
    summary: 'The session and its policy, as shown to the person before they agree',
    params: oneSession,
    answer: sessionView,
    // A token that is not bound yet may look at what it could start, and at nothing else.
    handle: async ({ parts, caller, params }) =>
      shown(parts, await startableFor(parts, caller.token, params.id)),
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/start',
    access: 'token',
    action: 'start',
    does: 'session.start',
    summary: 'Start the session: one stream per channel, as far as the policy allows',
    body: startSessionRequest,
    answer: sessionView,
    async handle({ parts, caller, body, about }) {
      about.object = body.session_id;
      return shown(parts, await startSession(parts, caller.token, body));
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/pause',
    access: 'token',
    action: 'pause',
    does: 'session.pause',
    summary: 'Pause, at a time on the session clock in milliseconds',
    params: oneSession,
    body: moment,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = await sessionFor(parts, caller, params.id);
      return reached.ok ? shown(parts, await pauseSession(parts, params.id, body.at_ms)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/resume',
    access: 'token',
    action: 'pause',
    does: 'session.resume',
    summary: 'Resume, at a time on the session clock in milliseconds',
    params: oneSession,
    body: moment,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = await sessionFor(parts, caller, params.id);
      return reached.ok ? shown(parts, await resumeSession(parts, params.id, body.at_ms)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/stop',
    access: 'token',
    action: 'stop',
    does: 'session.stop',
    summary: 'Stop, and say what was made; stopped once all of it is here',
    params: oneSession,
    body: stopSessionRequest,
    answer: sessionView,
    async handle({ parts, caller, params, body }) {
      const reached = await sessionFor(parts, caller, params.id);
      return reached.ok ? shown(parts, await stopSession(parts, caller.token, params.id, body)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/{id}/consent/revoke',
    access: 'token',
    action: 'revoke',
    does: 'consent.revoke',
    summary: 'The person takes the consent to one channel back, and may have what was stored of it erased',
    params: oneSession,
    body: revokeConsentRequest,
    answer: sessionView,
    async handle({ parts, caller, params, body, about }) {
      const reached = await sessionFor(parts, caller, params.id);
      // Which channel it was says the id of its stream: that of the channel may name a device.
      const streams = reached.ok ? await parts.store.streamsOf([params.id]) : [];
      const stream = streams.find(({ channelId }) => channelId === body.channel_id);
      about.reason = `${stream?.id ?? 'no such channel'}${body.erase ? ', erased' : ''}`;
      return reached.ok ? shown(parts, await revokeConsent(parts, params.id, body)) : reached;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/deletions',
    access: 'token',
    action: 'look',
    does: null,
    summary: 'What was deleted here of the recordings that a client still holds, each signed',
    body: deletionsRequest,
    answer: deletionList,
    async handle({ parts, caller, body }) {
      const tombstones = await parts.store.tombstones(caller.tenantId, body.session_ids);
      return ok({ deletions: tombstones.map(({ jws }) => jws) });
    },
  }),
];

async function shown(parts: Parts, session: Result<SessionRecord>): Promise<Result<SessionView>> {
  if (!session.ok) return session;
  // Where your backend is told may hold what grants access to it.
  return ok({ ...(await viewOf(parts, session.value)), callback_url: null });
}
