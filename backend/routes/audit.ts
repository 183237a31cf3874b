import { z } from 'zod';
import { auditHead, serviceAuditEntry } from '../../contract/audit.ts';
import { fail, ok } from '../../contract/result.ts';
import { signedHead } from '../audit/head.ts';
import { BEGINNING } from '../audit/log.ts';
import { queryAudit } from '../audit/query.ts';
import { verifyAudit } from '../audit/verify.ts';
import { jsonRoute, type Route } from '../http/route.ts';

const moment = z.iso.datetime({ offset: true });

/** The audit log of the caller's tenant. Reading it is itself in it. */
export const AUDIT_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/audit',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'audit.read',
    summary: 'Entries of the audit log, oldest first, by actor, object, person and time',
    query: z.object({
      actor: z.string().max(200).optional(),
      object: z.string().max(200).optional(),
      end_user_id: z.string().max(200).optional(),
      since: moment.optional(),
      until: moment.optional(),
      after: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    answer: z.object({
      entries: z.array(serviceAuditEntry),
      /** The `after` of the next page; null at the end. */
      next_after: z.int().nullable(),
    }),
    async handle({ parts, caller, query }) {
      const { end_user_id: endUserId, ...asked } = query;
      const { entries, next } = await queryAudit(parts, caller.tenantId, { ...asked, endUserId });
      return ok({ entries, next_after: next });
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/audit/verify',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'audit.verify',
    summary: 'The whole log held against its chain, the head kept outside, and one that you kept',
    query: z.object({
      sequence: z.coerce.number().int().min(1).optional(),
      hash: auditHead.shape.hash.optional(),
    }),
    answer: z.object({
      entries: z.int(),
      head: auditHead,
      /** Kept outside of the database. */
      anchored: auditHead.nullable(),
    }),
    async handle({ parts, caller, query: { sequence, hash } }) {
      if ((sequence === undefined) !== (hash === undefined))
        return fail('bad-request', 'query: a head is a sequence and a hash');
      const kept = sequence === undefined || hash === undefined ? [] : [{ sequence, hash }];
      return verifyAudit(parts, caller.tenantId, kept);
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/audit/head',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'audit.head',
    summary: 'Where the log ends now, signed: kept elsewhere it shows later whether the log was cut',
    answer: auditHead.extend({ jws: z.string() }),
    async handle({ parts, caller }) {
      const last = await parts.store.auditHead(caller.tenantId);
      const head = { sequence: last?.sequence ?? 0, hash: last?.hash ?? BEGINNING };
      const { jws } = await signedHead(parts.signer, caller.tenantId, head, parts.clock());
      return ok({ ...head, jws });
    },
  }),
];
