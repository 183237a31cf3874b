import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { deadLetters, resend } from '../events/dead-letters.ts';
import { newWebhookSecret, setWebhook, type WebhookSettings, webhookOf } from '../events/webhooks.ts';
import { jsonRoute, type Route } from '../http/route.ts';

/** Times are Unix seconds. */
const settings = z.object({
  url: z.string().nullable(),
  secret_created_at: z.int().nullable(),
  previous_secret_until: z.int().nullable(),
});

const deadLetter = z.object({
  id: z.string(),
  event: z.string(),
  capture_session_id: z.string().nullable(),
  /** Host of the session's callback address; null: the tenant's own address. */
  host: z.string().nullable(),
  /** Unix time in milliseconds, from when on its delivery was tried. */
  since: z.int(),
  attempts: z.int(),
  last_error: z.string(),
});

function shown({ url, secretCreatedAt, previousUntil }: WebhookSettings): z.infer<typeof settings> {
  return { url, secret_created_at: secretCreatedAt, previous_secret_until: previousUntil };
}

/** Where your backend hears of events, how it knows that they are ours, and what did not reach it. */
export const WEBHOOK_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/webhook',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'webhook.read',
    summary: 'Where the events of all sessions and of the organisation are sent; its secret is not shown',
    answer: settings,
    async handle({ parts, caller }) {
      return ok(shown(await webhookOf(parts, caller.tenantId)));
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/webhook',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'webhook.change',
    summary: 'Send them to this address, or with null nowhere but to the callback addresses of the sessions',
    body: z.object({ url: z.url().max(2000).nullable() }),
    answer: settings,
    async handle({ parts, caller, body }) {
      const set = await setWebhook(parts, caller.tenantId, body.url);
      return set.ok ? ok(shown(set.value)) : set;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/webhook/secret',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'webhook.rotate',
    summary:
      'A new secret that signs every event (Standard Webhooks), shown once; the one before signs beside it for a day',
    answer: settings.extend({ secret: z.string() }),
    async handle({ parts, caller }) {
      const made = await newWebhookSecret(parts, caller.tenantId);
      return ok({ ...shown(made.settings), secret: made.secret });
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/webhook/dead',
    access: 'key',
    roles: ['admin'],
    does: 'webhook.list-dead',
    summary: 'The events that could not be delivered within a day',
    answer: z.object({ events: z.array(deadLetter) }),
    async handle({ parts, caller }) {
      const dead = await deadLetters(parts, caller.tenantId, caller.environment);
      return ok({
        events: dead.map(({ sessionId, lastError, ...letter }) => ({
          ...letter,
          capture_session_id: sessionId,
          last_error: lastError,
        })),
      });
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/webhook/dead/{id}/resend',
    access: 'key',
    roles: ['admin'],
    does: 'webhook.resend',
    summary: 'Try one of them for another day',
    params: z.object({ id: z.string() }),
    answer: z.object({}),
    async handle({ parts, caller, params }) {
      const sent = await resend(parts, caller.tenantId, params.id, caller.environment);
      return sent.ok ? ok({}) : sent;
    },
  }),
];
