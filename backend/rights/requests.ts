import { z } from 'zod';
import { newId } from '../access/secret.ts';
import type { Parts } from '../parts.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { ENVIRONMENTS, type Environment, type RightsRecord } from '../store/records.ts';

const about = z.object({
  /** Null: nothing was held of them, or nothing is any more. */
  endUserId: z.string().nullable(),
  /** Null: both. */
  environment: z.enum(ENVIRONMENTS).nullable(),
  sessions: z.int(),
  recordings: z.int(),
  /** What was erased so far; empty again when all of it is done. */
  erased: z.object({
    sessions: z.array(z.string()),
    /** Those of the streams that held media. */
    recordings: z.array(z.string()),
  }),
  /** Every place elsewhere where what was erased may lie still, which is the admin's to delete. */
  copiesLeft: z.array(z.object({ videoId: z.string(), at: z.string() })).default([]),
  /** The signed word of a finished erasure. */
  receipt: z.string().nullable(),
});
export type AboutRequest = z.infer<typeof about>;

/** A request as the service reads it itself. */
export type RightsRequest = Omit<RightsRecord, 'sealed'> & AboutRequest;

export const NOTHING_ERASED: AboutRequest['erased'] = {
  sessions: [],
  recordings: [],
};

/** Access and erasure requests of a tenant, newest first. */
export async function rightsRequests(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  tenantId: string,
): Promise<RightsRequest[]> {
  return (await store.rightsRequests(tenantId)).map((record) => toRequest(keyring, record));
}

export function newRequest(
  { clock }: Pick<Parts, 'clock'>,
  kind: RightsRequest['kind'],
  tenantId: string,
  endUserId: string | null,
  environment: Environment | null,
): RightsRequest {
  return {
    ...{ id: newId('req-'), tenantId, kind, status: 'open', finishedAt: null },
    createdAt: Math.floor(clock() / 1000),
    ...{ endUserId, environment, sessions: 0, recordings: 0, erased: NOTHING_ERASED },
    ...{ copiesLeft: [], receipt: null },
  };
}

export function toRequest(keyring: Keyring, { sealed, ...record }: RightsRecord): RightsRequest {
  return { ...record, ...about.parse(JSON.parse(keyring.openColumn(contextOf(record.id), sealed))) };
}

export function toRecord(keyring: Keyring, request: RightsRequest): RightsRecord {
  const { id, tenantId, kind, status, createdAt, finishedAt } = request;
  const sealed = keyring.sealColumn(contextOf(id), JSON.stringify(about.parse(request)));
  return { id, tenantId, kind, status, createdAt, finishedAt, sealed };
}

function contextOf(id: string): string {
  return `tallylight rights request 1\n${id}`;
}
