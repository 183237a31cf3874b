import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { FragmentReceipt } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { Delivery } from './arrival.ts';
import { becomeActive, toLive } from './live.ts';
import { isLater, nextAfter, spoken } from './place.ts';

/** Passes a fragment of an ephemeral stream on, and keeps only its count. To be called in the session's turn. */
export async function passOn(
  parts: Parts,
  { session, stream, arrival }: Delivery,
): Promise<Result<FragmentReceipt>> {
  if (!['starting', 'active', 'paused'].includes(session.status))
    return fail('session-ended', `the session is ${session.status}`);
  const { place, sha256, bytes } = arrival;
  const last = await parts.passedOn.last(stream.id);
  const receiptOf = (receivedAt: number): FragmentReceipt => ({
    rtstream_id: stream.id,
    ...place,
    bytes: bytes.length,
    sha256,
    stored: false,
    received_at: receivedAt,
  });
  if (last !== undefined && last.take === place.take && last.sequence === place.sequence)
    return last.is(sha256) ? ok(receiptOf(last.receivedAt)) : fail('fragment-conflict', spoken(place));
  // With the process that had it the init segment is lost: it may be sent again within its take.
  const isLostInit =
    place.sequence === INIT_SEQUENCE &&
    place.take === last?.take &&
    (await parts.live.initOf(stream.id))?.header.take !== place.take;
  if (!isLater(last, place) && !isLostInit)
    return fail('fragment-out-of-order', `expected ${spoken(nextAfter(last ?? null))}`);

  await parts.store.countPassedOn(stream.id, bytes.length);
  const receipt = receiptOf(parts.clock());
  if (!isLostInit) await parts.passedOn.note(receipt);
  await becomeActive(parts, session);
  await parts.live.passOn(toLive(stream, arrival));
  return ok(receipt);
}
