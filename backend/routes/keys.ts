import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { newConfirmation } from '../access/admins.ts';
import { keyName, type MadeKey } from '../access/keys.ts';
import {
  addKey,
  DEFAULT_OVERLAP_SECONDS,
  LONGEST_OVERLAP_SECONDS,
  revokeKey,
  rotateKey,
} from '../access/manage-keys.ts';
import { addressOf } from '../http/address.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { ENVIRONMENTS, type KeyRecord, ROLES } from '../store/records.ts';
import { confirmed, isConfirmed } from './confirmation.ts';

/** A key as it is shown to people: never whole, and never its digest. Times are Unix seconds. */
const keyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  environment: z.enum(ENVIRONMENTS),
  roles: z.array(z.enum(ROLES)),
  created_at: z.int(),
  expires_at: z.int().nullable(),
  last_used_at: z.int().nullable(),
});
const madeKey = keyView.extend({ key: z.string() });

const oneKey = z.object({ id: z.string() });

/** API keys. Whoever has an admin's key still needs an admin's password. */
export const KEY_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/user/confirm',
    access: 'key',
    roles: ['admin'],
    does: 'confirmation.create',
    summary:
      'Name and password of an admin, to manage keys and hand out what is held of a person for 300 seconds',
    body: z.object({ name: z.string().min(1).max(200), password: z.string().min(1).max(1024) }),
    answer: z.object({ confirmation: z.string(), expires_at: z.int() }),
    async handle({ parts, caller, body, context }) {
      const credentials = { ...body, address: addressOf(context, parts.behindProxy) };
      const made = await newConfirmation(parts, caller.tenantId, credentials);
      if (!made.ok) return made;
      return ok({ confirmation: made.value.confirmation, expires_at: made.value.expiresAt });
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/user/api_key',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'key.list',
    summary: 'The API keys, each by its first letters',
    headers: confirmed,
    answer: z.object({ keys: z.array(keyView) }),
    async handle({ parts, caller, headers }) {
      const allowed = await isConfirmed(parts, caller, headers);
      return allowed.ok ? ok({ keys: (await parts.store.keys(caller.tenantId)).map(viewOf) }) : allowed;
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/user/api_key',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'key.create',
    summary: 'Make an API key. It is in this answer and can never be seen again',
    headers: confirmed,
    body: z.object({
      name: keyName,
      environment: z.enum(ENVIRONMENTS),
      roles: z.array(z.enum(ROLES)).min(1),
    }),
    answer: madeKey,
    async handle({ parts, caller, headers, body, about }) {
      const allowed = await isConfirmed(parts, caller, headers);
      if (!allowed.ok) return allowed;
      const roles = ROLES.filter((role) => body.roles.includes(role));
      const made = await addKey(parts, { ...body, roles, tenantId: caller.tenantId });
      about.object = made.record.id;
      about.reason = `${body.environment} ${roles.join(' ')}`;
      return ok(shownOnce(made));
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/user/api_key/{id}/rotate',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'key.rotate',
    summary: 'A new key in the place of this one, which is refused after the overlap',
    params: oneKey,
    headers: confirmed,
    body: z.object({
      overlap_seconds: z.int().min(0).max(LONGEST_OVERLAP_SECONDS).default(DEFAULT_OVERLAP_SECONDS),
    }),
    answer: madeKey,
    async handle({ parts, caller, params, headers, body, about }) {
      const allowed = await isConfirmed(parts, caller, headers);
      if (!allowed.ok) return allowed;
      const made = await rotateKey(parts, caller.tenantId, params.id, body.overlap_seconds);
      if (!made.ok) return made;
      about.reason = `by ${made.value.record.id} after ${body.overlap_seconds} s`;
      return ok(shownOnce(made.value));
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/user/api_key/{id}',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'key.revoke',
    summary:
      'The key, its tokens and its sockets end now. The key of this request itself only with `itself=true`',
    params: oneKey,
    query: z.object({ itself: z.literal('true').optional() }),
    headers: confirmed,
    answer: z.object({}),
    async handle({ parts, caller, params, query, headers }) {
      const allowed = await isConfirmed(parts, caller, headers);
      if (!allowed.ok) return allowed;
      if (params.id === caller.key.id && query.itself === undefined)
        return fail('not-now', 'this is the key of the request itself; say itself=true');
      const revoked = await revokeKey(parts, caller.tenantId, params.id);
      return revoked.ok ? ok({}) : revoked;
    },
  }),
];

function viewOf(key: KeyRecord): z.input<typeof keyView> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    environment: key.environment,
    roles: [...key.roles],
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    last_used_at: key.lastUsedAt,
  };
}

function shownOnce({ key, record }: MadeKey): z.input<typeof madeKey> {
  return { ...viewOf(record), key };
}
