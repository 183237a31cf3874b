import { z } from 'zod';
import { ERROR_CODES } from '../../contract/errors.ts';
import { destinationPlace, objectName } from './destination.ts';

/**
 * What service and transfer process say to each other, over pipes only: process lists and environments can be read by
 * others. Media goes to descriptor 0. On descriptor 3 the child is given its order, then `stop` or the end of the pipe, by
 * which it ends. On descriptor 4 it answers, a line of JSON each.
 */
export const ORDER_FD = 3;
export const ANSWER_FD = 4;

const file = z.object({
  object: objectName,
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The first line on the order's pipe. The sealed credentials and the key follow it, as bytes that can be wiped. */
export const orderHead = z.object({
  place: destinationPlace,
  /** Those of its host, where they were looked up. */
  addresses: z.array(z.object({ address: z.string(), family: z.int() })),
  /** Absent: a probe. */
  file: file.optional(),
  sealedBytes: z.int().min(1).max(1_000_000),
  keyBytes: z.int().min(1).max(64),
  /** Milliseconds without a byte on a connection after which it is dead. */
  idleMs: z.int().min(1),
});
export type OrderHead = z.infer<typeof orderHead>;

/** What asks the child to leave nothing half behind and to end. */
export const STOP = 0x73;

const confirmed = z.object({ by: z.enum(['checksum', 'read-back']), object: z.string() });
export type Confirmed = z.infer<typeof confirmed>;

export const answer = z.union([
  /** Something moved. */
  z.object({ moved: z.literal(true) }),
  z.object({ confirmed }),
  z.object({ failed: z.object({ code: z.enum(ERROR_CODES), detail: z.string() }) }),
]);
export type Answer = z.infer<typeof answer>;
/** Said once, after everything that was secret is wiped. */
export type Outcome = Exclude<Answer, { moved: true }>;
