import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { createSessionRequest, sessionStatus, sessionView } from '../../contract/wire.ts';
import { type Caller, sessionFor } from '../access/caller.ts';
import { newId } from '../access/secret.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { deleteSession } from '../session/delete.ts';
import { newsOf } from '../session/tell.ts';
import { viewOf, viewsOf } from '../session/view.ts';
import type { SessionRecord } from '../store/records.ts';
import { collectionFor, collectionId, inCollection } from './collections.ts';
import { cursorAt, cursorOf } from './cursor.ts';
import { deletion, deletionOf } from './deleted.ts';

export const oneSession = z.object({ c: collectionId, id: z.string() });

/** The session, where it is of this collection and the caller's to know. Error: `session-unknown`. */
export async function sessionIn(
  parts: Parts,
  caller: Caller,
  { c, id }: z.infer<typeof oneSession>,
): Promise<Result<SessionRecord>> {
  const session = await sessionFor(parts, caller, id);
  return session.ok && session.value.collectionId !== c ? fail('session-unknown', id) : session;
}

/** Sessions as your backend sees them. */
export const SESSION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/collection/{c}/capture/session',
    access: 'key',
    roles: ['capture'],
    does: 'session.create',
    summary: 'Create a session for one of your users',
    params: inCollection,
    body: createSessionRequest,
    answer: sessionView,
    async handle({ parts, caller, params, body, about }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const callback =
        body.callback_url === undefined ? ok(undefined) : parts.targets.check(body.callback_url);
      if (!callback.ok) return callback;
      const { tenantId, environment } = caller;
      const id = newId('cap-');
      about.object = id;
      const session: SessionRecord = {
        id,
        tenantId,
        environment,
        collectionId: params.c,
        endUserId: body.end_user_id,
        status: 'created',
        callbackUrl: body.callback_url ?? null,
        metadata: body.metadata ?? {},
        createdAt: Math.floor(parts.clock() / 1000),
        startedAt: null,
        endedAt: null,
        wrappedKey: parts.keyring.wrapNew({ kind: 'session', id }),
        policy: null,
        consentSha256: null,
        consentJws: null,
        manifest: null,
        deliveryJws: null,
      };
      const news = await newsOf(parts, session, 'created');
      await parts.store.addSession(session, news.letters);
      news.tell();
      return ok(await viewOf(parts, session));
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/capture/session',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'session.list',
    summary: 'List sessions, newest first',
    params: inCollection,
    query: z.object({
      end_user_id: z.string().optional(),
      status: sessionStatus.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
      cursor: cursorOf.optional(),
    }),
    answer: z.object({ sessions: z.array(sessionView), next_page: z.string().nullable() }),
    async handle({ parts, caller, params, query }) {
      const known = await collectionFor(parts, caller, params.c);
      if (!known.ok) return known;
      const { end_user_id: endUserId, status, limit, cursor: after } = query;
      const { tenantId, environment } = caller;
      const filter = {
        tenantId,
        environment,
        collectionId: params.c,
        endUserId,
        status,
        after,
        limit: limit + 1,
      };
      const found = await parts.store.sessions(filter);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return ok({
        sessions: await viewsOf(parts, page),
        next_page: last === undefined ? null : cursorAt(last),
      });
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/capture/session/{id}',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'session.read',
    summary: 'One session with its streams and videos',
    params: oneSession,
    answer: sessionView,
    async handle({ parts, caller, params }) {
      const session = await sessionIn(parts, caller, params);
      return session.ok ? ok(await viewOf(parts, session.value)) : session;
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/collection/{c}/capture/session/{id}',
    access: 'key',
    roles: ['admin'],
    does: 'session.delete',
    summary: 'Delete a session with everything that was recorded in it',
    params: oneSession,
    answer: deletion,
    async handle({ parts, caller, params }) {
      const session = await sessionIn(parts, caller, params);
      if (!session.ok) return session;
      return deletionOf(await deleteSession(parts, session.value.id));
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/collection/{c}/capture/session/{id}/revoke',
    access: 'key',
    roles: ['capture', 'admin'],
    does: 'session.revoke',
    summary: 'The client tokens of a session are refused from now on, and none is renewed',
    params: oneSession,
    answer: z.object({ tokens: z.int() }),
    async handle({ parts, caller, params }) {
      const session = await sessionIn(parts, caller, params);
      return session.ok ? ok({ tokens: await parts.store.dropTokensOf(session.value.id) }) : session;
    },
  }),
];
