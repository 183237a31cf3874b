import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { keySet } from '../../contract/wire.ts';
import { documentOf } from '../http/openapi.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';

/** What the service says of itself; `all` are the routes to describe. */
export const selfRoutes = (all: () => readonly Route[]): readonly Route[] => [
  jsonRoute({
    method: 'get',
    path: '/healthz',
    access: 'open',
    does: null,
    summary: 'Whether the service and its store answer',
    answer: z.object({ status: z.literal('ok') }),
    async handle({ parts }) {
      await parts.store.tenants();
      return ok({ status: 'ok' as const });
    },
  }),
  rawRoute({
    method: 'get',
    path: '/.well-known/jwks.json',
    access: 'open',
    does: null,
    summary:
      'The public keys of the service, as RFC 7517 has them: it signs policies, receipts and deletions',
    answer: keySet,
    handle: async ({ parts }) => ok(Response.json(parts.signer.keys)),
  }),
  rawRoute({
    method: 'get',
    path: '/openapi.json',
    access: 'open',
    does: null,
    summary: 'This description',
    answer: z.record(z.string(), z.unknown()),
    async handle({ parts }) {
      return ok(Response.json(await documentOf(all(), parts.publicUrl())));
    },
  }),
];
