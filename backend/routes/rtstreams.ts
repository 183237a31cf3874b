import { z } from 'zod';
import { FRAGMENT_HEADERS, MAX_FRAGMENT_BYTES } from '../../contract/fragment.ts';
import { fail, ok } from '../../contract/result.ts';
import { fragmentList, fragmentReceipt } from '../../contract/wire.ts';
import { streamFor } from '../access/caller.ts';
import { readBounded } from '../http/body.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { arrivalHeaders, checkDigests } from '../ingest/headers.ts';
import { nextAfter } from '../ingest/place.ts';
import { receive } from '../ingest/receive.ts';

export const RTSTREAM_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'put',
    path: '/rtstream/{id}/fragment/{take}/{sequence}',
    access: 'token',
    action: 'deliver',
    does: 'fragment.deliver',
    isFrequent: true,
    summary: 'Deliver one fragment; sequence 0 is the init segment. Send again at any time: same answer',
    params: z.object({
      id: z.string(),
      take: z.coerce.number().int().min(1).max(100_000),
      sequence: z.coerce.number().int().min(0).max(10_000_000),
    }),
    headers: arrivalHeaders,
    answer: fragmentReceipt,
    async handle({ parts, caller, params, headers, context }) {
      const reached = await streamFor(parts, caller, params.id);
      if (!reached.ok) return reached;
      const { stream } = reached.value;
      const body = await readBounded(context.req.raw, MAX_FRAGMENT_BYTES);
      if (!body.ok) return body;
      const sha256 = headers[FRAGMENT_HEADERS.contentDigest];
      const checked = checkDigests(body.value, sha256, headers[FRAGMENT_HEADERS.crc32]);
      if (!checked.ok) return checked;
      // Told last: one that lost all of its bytes on the way is to be sent again.
      if (body.value.length === 0) return fail('bad-request', 'the fragment is empty');
      return receive(parts, stream.sessionId, {
        streamId: stream.id,
        place: { take: params.take, sequence: params.sequence },
        startedAtMs: headers[FRAGMENT_HEADERS.startedAtMs],
        durationMs: headers[FRAGMENT_HEADERS.durationMs],
        pausedBeforeMs: headers[FRAGMENT_HEADERS.pausedBeforeMs],
        sha256,
        bytes: body.value,
      });
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/rtstream/{id}/fragments',
    access: 'either',
    roles: ['capture', 'read', 'admin'],
    action: 'deliver',
    does: 'rtstream.list',
    summary: 'What is held of a stream, and the place that is expected next',
    params: z.object({ id: z.string() }),
    answer: fragmentList,
    async handle({ parts, caller, params }) {
      const reached = await streamFor(parts, caller, params.id);
      if (!reached.ok) return reached;
      const { stream } = reached.value;
      const held = await parts.store.fragmentsOf(stream.id);
      const last = stream.store ? stream.last : ((await parts.passedOn.last(stream.id)) ?? null);
      return ok({ rtstream_id: stream.id, next: nextAfter(last), fragments: held });
    },
  }),
];
