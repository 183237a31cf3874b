import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import type { KeyCaller } from '../access/caller.ts';
import { streamFor } from '../access/caller.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';
import { upgraded } from '../http/upgrade.ts';
import { listenToCollection, listenToStream } from '../live/listen.ts';
import { environment } from '../store/rows.ts';
import { collectionFor, inCollection } from './collections.ts';

/** What a ticket stands for. */
const ticketed = z.object({
  tenantId: z.string(),
  environment,
  collectionId: z.string(),
  keyId: z.string(),
});

function audienceOf(
  { tenantId, environment, key }: KeyCaller,
  collectionId: string,
): z.infer<typeof ticketed> {
  return { tenantId, environment, collectionId, keyId: key.id };
}

export const LIVE_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'get',
    path: '/rtstream/{id}/live',
    access: 'key',
    roles: ['read'],
    does: 'rtstream.listen',
    summary: 'WebSocket: the fragments of a stream as they arrive, each a text frame and a binary frame',
    params: z.object({ id: z.string() }),
    answer: 'application/octet-stream',
    async handle({ parts, caller, params, context }) {
      const reached = await streamFor(parts, caller, params.id);
      if (!reached.ok) return reached;
      const { stream } = reached.value;
      return upgraded(parts, caller.key.id, context, (outlet) => listenToStream(parts, stream, outlet));
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/websocket',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'events.listen',
    summary: 'An address, good once and for a minute, where the events of the collection are told',
    params: inCollection,
    answer: z.object({ websocket_url: z.string() }),
    async handle({ parts, caller, params }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const base = parts.publicUrl().replace(/^http/, 'ws');
      const ticket = await parts.tickets.issue(JSON.stringify(audienceOf(caller, params.c)), parts.clock());
      return ok({ websocket_url: `${base}/collection/${params.c}/events?ticket=${ticket}` });
    },
  }),
  rawRoute({
    method: 'get',
    path: '/collection/{c}/events',
    access: 'ticket',
    does: null,
    summary: 'WebSocket: first {connection_id}, then what happens to the sessions of the collection',
    params: inCollection,
    query: z.object({ ticket: z.string().default('') }),
    answer: 'application/json',
    async handle({ parts, params, query, context }) {
      const ticket = await parts.tickets.take(query.ticket, parts.clock());
      // Tickets of other kinds are of no use here.
      const shown = ticketed.safeParse(ticket === undefined ? undefined : JSON.parse(ticket));
      if (!shown.success || shown.data.collectionId !== params.c) return fail('not-authorised');
      const audience = shown.data;
      const dead = await parts.store.deadKeys([audience.keyId], Math.floor(parts.clock() / 1000));
      if (dead.length > 0) return fail('not-authorised');
      return upgraded(parts, audience.keyId, context, (outlet) =>
        listenToCollection(parts, audience, outlet),
      );
    },
  }),
];
