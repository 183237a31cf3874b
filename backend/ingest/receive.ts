import { fail, type Result } from '../../contract/result.ts';
import type { FragmentReceipt } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { Arrival } from './arrival.ts';
import { keep } from './keep.ts';
import { passOn } from './pass-on.ts';

/**
 * Takes one fragment in: keeps it where its stream is stored, passes it on to live subscribers in any case.
 * The receipt is given once that is durable, and again to whoever sends the same fragment again.
 * Errors: `stream-unknown`, `session-ended`, `fragment-out-of-order`, `fragment-conflict`, `bad-request`.
 */
export function receive(parts: Parts, sessionId: string, arrival: Arrival): Promise<Result<FragmentReceipt>> {
  return parts.turns(sessionId, async () => {
    const stream = await parts.store.stream(arrival.streamId);
    const session = await parts.store.session(sessionId);
    if (stream === undefined || session === undefined) return fail('stream-unknown', arrival.streamId);
    const delivery = { session, stream, arrival };
    return stream.store ? keep(parts, delivery) : passOn(parts, delivery);
  });
}
