import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import {
  COPY_VIEWS,
  listCopies,
  type PlacedCopy,
  sendNow,
  viewOfCopy,
  withPlaces,
} from '../redundancy/copies.ts';
import { ENVIRONMENTS } from '../store/records.ts';
import { cursorAt, cursorOf } from './cursor.ts';

/** Times are Unix seconds. It names no person and no channel. */
const copy = z.object({
  video_id: z.string(),
  session_id: z.string(),
  collection_id: z.string(),
  environment: z.enum(ENVIRONMENTS),
  state: z.enum(COPY_VIEWS),
  /** Whether the second copy is here. */
  held: z.boolean(),
  /** That failed, and why the last one did; empty where none did. */
  attempts: z.int(),
  last_error: z.string(),
  /** Null: nothing is to be done by itself. */
  next_attempt_at: z.int().nullable(),
  /** Where it arrived last. */
  sent_to: z.string().nullable(),
  /** Every place elsewhere where it may lie, whole or in part: where it arrived before, and where an attempt failed, too. */
  places: z.array(z.string()),
  sent_at: z.int().nullable(),
  created_at: z.int(),
});

function viewOf(record: PlacedCopy): z.input<typeof copy> {
  const state = viewOfCopy(record);
  const isOver = state === 'kept' || state === 'sent';
  return {
    video_id: record.videoId,
    session_id: record.sessionId,
    collection_id: record.collectionId,
    environment: record.environment,
    state,
    held: record.isHeld,
    attempts: record.attempts,
    last_error: record.lastError,
    next_attempt_at: isOver ? null : Math.ceil(record.nextAt / 1000),
    sent_to: record.sentTo === '' ? null : record.sentTo,
    places: [...record.places],
    sent_at: record.sentAt,
    created_at: record.createdAt,
  };
}

const guarded = { access: 'key', roles: ['admin', 'operate'] } as const;

/** The second copies of recordings. */
export const COPY_ROUTES: readonly Route[] = [
  jsonRoute({
    ...guarded,
    method: 'get',
    path: '/copies',
    does: 'copy.list',
    summary: 'The second copy of each recording, newest first: whether it is here, sent, or why not',
    query: z.object({
      state: z.enum(COPY_VIEWS).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
      cursor: cursorOf.optional(),
    }),
    answer: z.object({ copies: z.array(copy), next_page: z.string().nullable() }),
    async handle({ parts, caller, query }) {
      const { tenantId, environment } = caller;
      const { state, limit, cursor: after } = query;
      const found = await listCopies(parts, state, { tenantId, environment, after, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      const nextPage = last && cursorAt({ createdAt: last.createdAt, id: last.videoId });
      return ok({ copies: page.map(viewOf), next_page: nextPage ?? null });
    },
  }),
  jsonRoute({
    ...guarded,
    method: 'post',
    path: '/copies/{id}/send',
    does: 'copy.send',
    summary:
      'Send a recording to the destination of its collection now, again too; one finished before that was set takes the role admin',
    params: z.object({ id: z.string() }),
    answer: copy,
    async handle({ parts, caller, params }) {
      const sessionId = params.id.startsWith('vid-')
        ? await parts.store.sessionIdOf(caller, params.id)
        : undefined;
      if (sessionId === undefined) return fail('video-unknown', params.id);
      const sent = await sendNow(parts, params.id, { isAdmin: caller.key.roles.includes('admin') });
      if (!sent.ok) return sent;
      const placed = await withPlaces(parts, [sent.value]);
      return placed[0] === undefined ? fail('video-unknown', params.id) : ok(viewOf(placed[0]));
    },
  }),
];
