import { z } from 'zod';
import { type Policy, policy } from '../../contract/policy.ts';
import { ok, type Result } from '../../contract/result.ts';
import { actorOf, type KeyCaller } from '../access/caller.ts';
import type { About } from '../audit/calls.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { setPolicy } from '../policy/set.ts';
import { FIRST_COLLECTION } from '../store/trust-tables.ts';
import { collectionFor, inCollection } from './collections.ts';

const wanted = policy.omit({ version: true });

/** `GET` and `PUT /policy` are those of the first collection. */
export const POLICY_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/policy',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'policy.read',
    summary: 'The policy in force in the default collection',
    answer: policy,
    async handle({ parts, caller }) {
      return ok((await parts.policies.inForce({ ...caller, collectionId: FIRST_COLLECTION })).policy);
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/policy',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'policy.change',
    summary: 'A new policy for the default collection; the service numbers the versions itself',
    body: wanted,
    answer: policy,
    handle: ({ parts, caller, body, about }) => put(parts, caller, FIRST_COLLECTION, body, about),
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}/policy',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'policy.read',
    summary: 'The policy in force in a collection, and how it came to be',
    params: inCollection,
    answer: z.object({
      policy,
      versions: z.array(z.object({ policy, created_at: z.int(), created_by: z.string() })),
    }),
    async handle({ parts, caller, params }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const of = { tenantId: caller.tenantId, collectionId: params.c };
      const versions = await parts.store.policies(of);
      return ok({
        policy: (await parts.policies.inForce(of)).policy,
        versions: versions.map((each) => ({
          policy: each.policy,
          created_at: each.createdAt,
          created_by: each.createdBy,
        })),
      });
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/collection/{c}/policy',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'policy.change',
    summary: 'A new policy for a collection, also for sessions that are under way',
    params: inCollection,
    body: wanted,
    answer: policy,
    async handle({ parts, caller, params, body, about }) {
      const found = await collectionFor(parts, caller, params.c);
      return found.ok ? put(parts, caller, params.c, body, about) : found;
    },
  }),
];

async function put(
  parts: Parts,
  caller: KeyCaller,
  collectionId: string,
  content: Omit<Policy, 'version'>,
  about: About,
): Promise<Result<Policy>> {
  const set = await setPolicy(parts, { tenantId: caller.tenantId, collectionId }, content, actorOf(caller));
  about.object = collectionId;
  about.reason = `version ${set.version}`;
  return ok(set);
}
