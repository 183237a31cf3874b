import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';
import { upgraded } from '../http/upgrade.ts';
import { listenToCollection, listenToStream } from '../live/listen.ts';
import { inCollection } from './collections.ts';

export const LIVE_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'get',
    path: '/rtstream/{id}/live',
    access: 'key',
    summary: 'WebSocket: the fragments of a stream as they arrive, each a text frame and a binary frame',
    params: z.object({ id: z.string() }),
    answer: 'application/octet-stream',
    async handle({ parts, params, context }) {
      const stream = await parts.store.stream(params.id);
      if (stream === undefined) return fail('stream-unknown', params.id);
      return upgraded(context, (outlet) => listenToStream(parts, stream, outlet));
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/websocket',
    access: 'key',
    summary: 'An address, good once and for a minute, where the events of the collection are told',
    params: inCollection,
    answer: z.object({ websocket_url: z.string() }),
    async handle({ parts, params }) {
      const base = parts.publicUrl().replace(/^http/, 'ws');
      const ticket = parts.tickets.issue(params.c, parts.clock());
      return ok({ websocket_url: `${base}/collection/${params.c}/events?ticket=${ticket}` });
    },
  }),
  rawRoute({
    method: 'get',
    path: '/collection/{c}/events',
    access: 'ticket',
    summary: 'WebSocket: first {connection_id}, then what happens to the sessions of the collection',
    params: inCollection,
    query: z.object({ ticket: z.string().default('') }),
    answer: 'application/json',
    async handle({ parts, params, query, context }) {
      if (parts.tickets.take(query.ticket, parts.clock()) !== params.c) return fail('not-authorised');
      return upgraded(context, (outlet) => listenToCollection(parts, params.c, outlet));
    },
  }),
];
