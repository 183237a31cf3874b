import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { fail, ok } from '../../contract/result.ts';
import { createTokenRequest, type SessionStatus, tokenGrant } from '../../contract/wire.ts';
import { issueToken } from '../access/tokens.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';

export const TOKEN_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/capture/session/token',
    access: 'key',
    summary: 'A short-lived client token, for one session',
    body: createTokenRequest,
    answer: tokenGrant,
    async handle({ parts, body }) {
      const sessionId = body.session_id ?? null;
      if (sessionId !== null && (await parts.store.session(sessionId)) === undefined)
        return fail('session-unknown', sessionId);
      return ok(await issueToken(parts.store, { sessionId, ...(await lifeOf(parts, body.expires_in)) }));
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/token/renew',
    access: 'token',
    summary: 'A new token with the reach of this one, which stays valid for the rest of its life',
    answer: tokenGrant,
    async handle({ parts, caller }) {
      const { sessionId, family } = caller.token;
      const session = sessionId === null ? undefined : await parts.store.session(sessionId);
      if (session !== undefined && hasEnded(session.status)) return fail('session-ended', session.id);
      // A token that was stolen must not live on by renewal: from then on your backend has to give a new one.
      if (session !== undefined && parts.clock() / 1000 > session.createdAt + RENEWABLE_SECONDS)
        return fail('token-expired', 'renewed for too long');
      return ok(await issueToken(parts.store, { sessionId, family, ...(await lifeOf(parts, undefined)) }));
    },
  }),
];

/** How long after its session was made a token can be renewed: the longest meeting there is, and some. */
const RENEWABLE_SECONDS = 24 * 3600;

function hasEnded(status: SessionStatus): boolean {
  return status === 'stopped' || status === 'exported' || status === 'failed';
}

async function lifeOf(parts: Parts, wantedSeconds: number | undefined) {
  const { tokenMaxSeconds } = (await parts.store.policy()) ?? DEFAULT_POLICY;
  return { wantedSeconds, maxSeconds: tokenMaxSeconds, nowMs: parts.clock() };
}
