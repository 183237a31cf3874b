import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { createSessionRequest, sessionStatus, sessionView } from '../../contract/wire.ts';
import { newId } from '../access/secret.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { deleteSession } from '../session/delete.ts';
import { tellStatus } from '../session/tell.ts';
import { viewOf, viewsOf } from '../session/view.ts';
import type { SessionRecord } from '../store/store.ts';
import { collectionId, inCollection } from './collections.ts';
import { cursorAt, cursorOf } from './cursor.ts';

const oneSession = z.object({ c: collectionId, id: z.string() });

/** Sessions as your backend sees them. */
export const SESSION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/collection/{c}/capture/session',
    access: 'key',
    summary: 'Create a session for one of your users',
    params: inCollection,
    body: createSessionRequest,
    answer: sessionView,
    async handle({ parts, params, body }) {
      const id = newId('cap-');
      const session: SessionRecord = {
        id,
        collectionId: params.c,
        endUserId: body.end_user_id,
        status: 'created',
        callbackUrl: body.callback_url ?? null,
        metadata: body.metadata ?? {},
        createdAt: Math.floor(parts.clock() / 1000),
        wrappedKey: parts.keyring.wrapNew(id),
        policy: null,
        consentSha256: null,
        manifest: null,
      };
      await parts.store.addSession(session);
      tellStatus(parts, session, 'created');
      return ok(await viewOf(parts, session));
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/capture/session',
    access: 'key',
    summary: 'List sessions, newest first',
    params: inCollection,
    query: z.object({
      end_user_id: z.string().optional(),
      status: sessionStatus.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
      cursor: cursorOf.optional(),
    }),
    answer: z.object({ sessions: z.array(sessionView), next_page: z.string().nullable() }),
    async handle({ parts, params, query }) {
      const { end_user_id: endUserId, status, limit, cursor: after } = query;
      const filter = { collectionId: params.c, endUserId, status, after, limit: limit + 1 };
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
    summary: 'One session with its streams and videos',
    params: oneSession,
    answer: sessionView,
    async handle({ parts, params }) {
      const session = await parts.store.session(params.id);
      if (session?.collectionId !== params.c) return fail('session-unknown', params.id);
      return ok(await viewOf(parts, session));
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/collection/{c}/capture/session/{id}',
    access: 'key',
    summary: 'Delete a session with everything that was recorded in it',
    params: oneSession,
    answer: z.object({}),
    async handle({ parts, params }) {
      const session = await parts.store.session(params.id);
      if (session?.collectionId !== params.c) return fail('session-unknown', params.id);
      const deleted = await deleteSession(parts, session.id);
      return deleted.ok ? ok({}) : deleted;
    },
  }),
];
