import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { dueNow, sweepTenant } from '../retention/sweep.ts';

export const RETENTION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/retention/sweep',
    access: 'key',
    roles: ['admin'],
    does: 'retention.sweep',
    summary: 'Delete what is older than the policies keep it, or only say what that would be',
    body: z.object({ dry_run: z.boolean() }),
    answer: z.object({
      due: z.array(
        z.object({
          session_id: z.string(),
          collection_id: z.string(),
          days: z.int(),
          /** Unix time in seconds, from when it is due. */
          since: z.int(),
        }),
      ),
      deleted: z.int(),
    }),
    async handle({ parts, caller, body }) {
      const due = await dueNow(parts, caller.tenantId, caller.environment);
      const { tenantId, environment } = caller;
      const deleted = body.dry_run ? 0 : await sweepTenant(parts, tenantId, environment);
      return ok({
        due: due.map(({ sessionId: session_id, collectionId: collection_id, days, since }) => ({
          ...{ session_id, collection_id, days, since },
        })),
        deleted,
      });
    },
  }),
];
