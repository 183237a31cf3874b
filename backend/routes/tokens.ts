import { fail, ok } from '../../contract/result.ts';
import { createTokenRequest, type SessionStatus, TOKEN_ACTIONS, tokenGrant } from '../../contract/wire.ts';
import { sessionFor } from '../access/caller.ts';
import { issueToken, renewToken } from '../access/tokens.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { policyFor } from '../policy/in-force.ts';
import type { SessionRecord } from '../store/records.ts';
import { FIRST_COLLECTION } from '../store/trust-tables.ts';

export const TOKEN_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/capture/session/token',
    access: 'key',
    roles: ['capture'],
    does: 'token.create',
    summary: 'A short-lived client token, for one session',
    body: createTokenRequest,
    answer: tokenGrant,
    async handle({ parts, caller, body, about }) {
      if (body.session_id !== undefined) about.object = body.session_id;
      const session = body.session_id === undefined ? null : await sessionFor(parts, caller, body.session_id);
      if (session?.ok === false) return session;
      const { tenantId, environment, key } = caller;
      const { end_user_id: endUserId, jkt = null } = body;
      if (endUserId !== undefined && session !== null && session.value.endUserId !== endUserId)
        return fail('bad-request', 'the session is of another person');
      return ok(
        await issueToken(parts.store, {
          tenantId,
          environment,
          keyId: key.id,
          sessionId: session?.value.id ?? null,
          subject: endUserId === undefined ? null : parts.keyring.subjectOf(tenantId, endUserId),
          channels: body.channels ?? null,
          actions: body.actions === undefined ? TOKEN_ACTIONS : [...new Set(body.actions)],
          possession: jkt === null ? 'open' : 'key',
          jkt,
          wantedSeconds: body.expires_in,
          ...(await boundOf(parts, tenantId, session?.value)),
        }),
      );
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/capture/session/token/renew',
    access: 'token',
    action: 'renew',
    does: 'token.renew',
    summary: 'A new token with the reach of this one, which stays valid for the rest of its life',
    answer: tokenGrant,
    async handle({ parts, caller, about }) {
      if (caller.token.sessionId !== null) about.object = caller.token.sessionId;
      const { sha256, sessionId, beganAt } = caller.token;
      const session = sessionId === null ? undefined : await parts.store.session(sessionId);
      if (session !== undefined && hasEnded(session.status)) return fail('session-ended', session.id);
      // A token that was stolen must not live on by renewal: from then on your backend has to give a new one.
      if (parts.clock() / 1000 > beganAt + RENEWABLE_SECONDS)
        return fail('token-expired', 'renewed for too long');
      if (session !== undefined && (await isOvertime(parts, session))) return fail('session-too-long');
      const bound = await boundOf(parts, caller.tenantId, session);
      const grant = await renewToken(parts.store, sha256, bound);
      return grant === undefined ? fail('not-authorised') : ok(grant);
    },
  }),
];

/** How long a token can be renewed: the longest meeting there is, and some. */
const RENEWABLE_SECONDS = 24 * 3600;

function hasEnded(status: SessionStatus): boolean {
  return status === 'stopped' || status === 'exported' || status === 'failed';
}

async function isOvertime(parts: Parts, session: SessionRecord): Promise<boolean> {
  const { maxSessionMinutes } = await policyFor(parts.policies, session);
  if (maxSessionMinutes === null || session.startedAt === null) return false;
  return parts.clock() / 1000 >= session.startedAt + maxSessionMinutes * 60;
}

async function boundOf(parts: Parts, tenantId: string, session: SessionRecord | undefined) {
  const collectionId = session?.collectionId ?? FIRST_COLLECTION;
  const { policy } = await parts.policies.inForce({ tenantId, collectionId });
  return { maxSeconds: policy.tokenMaxSeconds, nowMs: parts.clock() };
}
