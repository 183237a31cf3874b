import { DEFAULT_POLICY, policy } from '../../contract/policy.ts';
import { ok } from '../../contract/result.ts';
import { jsonRoute, type Route } from '../http/route.ts';

export const POLICY_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/policy',
    access: 'key',
    summary: 'The policy in force',
    answer: policy,
    handle: async ({ parts }) => ok((await parts.store.policy()) ?? DEFAULT_POLICY),
  }),
  jsonRoute({
    method: 'put',
    path: '/policy',
    access: 'key',
    summary: 'A new policy, for sessions that start from now on; the service numbers the versions itself',
    body: policy.omit({ version: true }),
    answer: policy,
    handle: async ({ parts, body }) => ok(await parts.store.setPolicy(body)),
  }),
];
