import type { HttpBindings } from '@hono/node-server';
import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { actorOf } from '../access/caller.ts';
import { ERASING } from '../audit/log.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';
import { accessArchive } from '../rights/access.ts';
import { deleteCollection } from '../rights/delete-collection.ts';
import { erasePerson } from '../rights/erase.ts';
import { inCollection } from './collections.ts';
import { confirmed, isConfirmed } from './confirmation.ts';
import { copiesLeft, leftView } from './deleted.ts';

const onePerson = z.object({ end_user_id: z.string().min(1).max(200) });

/** What the recorded may ask for, by way of an admin. */
export const RIGHTS_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'get',
    path: '/user/{end_user_id}/data',
    access: 'key',
    roles: ['admin'],
    does: 'person.export',
    summary: 'Everything that is held of a person, as one archive in open formats with digests',
    params: onePerson,
    headers: confirmed,
    answer: 'application/zip',
    async handle({ parts, caller, params, headers: shown, context, about }) {
      // The only way to media that the role has.
      const allowed = await isConfirmed(parts, caller, shown);
      if (!allowed.ok) return allowed;
      const { tenantId, environment } = caller;
      const bindings: HttpBindings = context.env;
      const by = { actor: actorOf(caller), environment, breakOff: () => bindings.outgoing.destroy() };
      const { id, fileName, content } = await accessArchive(parts, tenantId, params.end_user_id, by);
      about.reason = id;
      const headers = {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="${fileName}"`,
        'cache-control': 'private, no-store',
      };
      return ok(new Response(content, { headers }));
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/user/{end_user_id}/data',
    access: 'key',
    roles: ['admin'],
    does: ERASING,
    summary: 'Erase everything that is held of a person, keys first; answers with a signed receipt',
    params: onePerson,
    answer: z.object({
      ...{ id: z.string(), receipt: z.string(), sessions: z.int(), recordings: z.int() },
      copies_left: copiesLeft,
    }),
    async handle({ parts, caller, params, about }) {
      const { tenantId, environment } = caller;
      const erased = await erasePerson(parts, tenantId, params.end_user_id, environment);
      const request = erased.ok ? erased.value.id : erased.error.detail;
      if (request !== undefined) about.object = request;
      if (!erased.ok) return erased;
      const { copiesLeft: left, ...rest } = erased.value;
      return ok({ ...rest, copies_left: leftView(left) });
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/collection/{c}',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'collection.delete',
    summary: 'Delete a collection with everything that was recorded in it, and its policies',
    params: inCollection,
    answer: z.object({ sessions: z.int() }),
    handle: ({ parts, caller, params }) =>
      deleteCollection(parts, { tenantId: caller.tenantId, collectionId: params.c }, caller.environment),
  }),
];
