import { compareKeys } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { FragmentReceipt } from '../../contract/wire.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import { completeIfStopping } from '../session/complete.ts';
import type { FragmentRecord, StreamRecord } from '../store/records.ts';
import type { Arrival, Delivery } from './arrival.ts';
import { becomeActive, toLive } from './live.ts';
import { measure } from './measure.ts';
import { isNext, nextAfter, spoken } from './place.ts';

/**
 * Keeps a fragment of a stored stream, of which at most `longestMs` milliseconds of media are kept.
 * To be called in the session's turn.
 */
export async function keep(
  parts: Parts,
  delivery: Delivery,
  longestMs: number,
): Promise<Result<FragmentReceipt>> {
  const { session, stream, arrival } = delivery;
  const again = await heldBefore(parts, stream, arrival);
  if (again !== undefined) {
    // Killed between the last fragment and the end of its session, the service finds out here.
    await completeIfStopping(parts, session);
    return again;
  }
  if (!['starting', 'active', 'paused', 'stopping'].includes(session.status))
    return fail('session-ended', `the session is ${session.status}`);
  const outOfOrder = fail('fragment-out-of-order', `expected ${spoken(nextAfter(stream.last))}`);
  if (!isNext(stream.last, arrival.place)) return outOfOrder;
  const measured = measure(stream.measured, arrival);
  if (measured === undefined)
    return fail('bad-request', `${spoken(arrival.place)} is not fragmented MP4 of one track`);
  // How long it is tells the media itself: the times that come with it are the client's word.
  if (measured.mediaMs > longestMs) return fail('session-too-long', spoken(arrival.place));

  const blobOf = { ...arrival.place, sessionId: session.id, streamId: stream.id };
  const key = streamKey(parts.keyring, session, stream);
  const written = await parts.blobs.write(blobOf, key, arrival.bytes);
  if (!written.ok) return written;
  const blob = written.value;
  const { bytes, place, ...said } = arrival;
  const fragment = { ...said, ...place, bytes: bytes.length, blob, receivedAt: parts.clock() };
  if (!(await parts.store.append(fragment, stream.last, measured))) {
    await parts.blobs.remove(blobOf, blob);
    return outOfOrder;
  }
  await becomeActive(parts, session);
  await parts.live.passOn(toLive(stream, arrival));
  await completeIfStopping(parts, session);
  return ok(receiptOf(fragment));
}

/** The answer to a fragment that is held already, or another one under its number; undefined: it is new. */
async function heldBefore(
  parts: Parts,
  { id, last }: StreamRecord,
  { place, sha256 }: Arrival,
): Promise<Result<FragmentReceipt> | undefined> {
  if (last === null || compareKeys(last, place) < 0) return undefined;
  const held = await parts.store.fragment(id, place);
  if (held === undefined) return undefined;
  return held.sha256 === sha256 ? ok(receiptOf(held)) : fail('fragment-conflict', spoken(place));
}

function receiptOf(fragment: FragmentRecord): FragmentReceipt {
  return {
    rtstream_id: fragment.streamId,
    take: fragment.take,
    sequence: fragment.sequence,
    bytes: fragment.bytes,
    sha256: fragment.sha256,
    stored: true,
    received_at: fragment.receivedAt,
  };
}
