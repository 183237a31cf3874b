import { kindOf } from '../../contract/channel.ts';
import { isAllowed } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { FragmentReceipt } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import { policyFor } from '../policy/in-force.ts';
import { completeIfStopping } from '../session/complete.ts';
import type { Arrival, Delivery } from './arrival.ts';
import { keep } from './keep.ts';
import { passOn } from './pass-on.ts';

/**
 * Takes one fragment in: keeps it where its stream is stored, passes it on to live subscribers in any case.
 * The receipt is given once that is durable, and again to whoever sends the same fragment again.
 * Errors: `stream-unknown`, `consent-revoked`, `policy-forbids`, `session-too-long`, `session-ended`,
 * `fragment-out-of-order`, `fragment-conflict`, `bad-request`.
 */
export function receive(parts: Parts, sessionId: string, arrival: Arrival): Promise<Result<FragmentReceipt>> {
  return parts.turns(sessionId, async () => {
    const stream = await parts.store.stream(arrival.streamId);
    const session = await parts.store.session(sessionId);
    if (stream === undefined || session === undefined) return fail('stream-unknown', arrival.streamId);
    const delivery = { session, stream, arrival };
    const welcome = await isWelcome(parts, delivery);
    if (!welcome.ok) {
      // What is waited for may be what is not welcome any more.
      await completeIfStopping(parts, session);
      return welcome;
    }
    return stream.store ? keep(parts, delivery, welcome.value.longestMs) : passOn(parts, delivery);
  });
}

/** Longest a fragment may begin after the end of the longest session: a recorder notices it a moment late. */
const OVERTIME_MS = 10_000;
/** How late what is live may arrive. */
const LATE_MS = 60_000;

/**
 * Whether this may come here at all, whatever the client thinks: by consent, and by the policies of now and of the start.
 * `longestMs`: how much of one stream may be kept, in milliseconds.
 */
async function isWelcome(
  parts: Parts,
  { session, stream, arrival }: Delivery,
): Promise<Result<{ longestMs: number }>> {
  if (stream.revokedAt !== null) return fail('consent-revoked', stream.channelId);
  const policy = await policyFor(parts.policies, session);
  const mode = stream.store ? 'keep' : 'live';
  if (!isAllowed(policy, kindOf(stream.channelId), mode))
    return fail('policy-forbids', `${stream.channelId}: ${mode}`);
  const { maxSessionMinutes } = policy;
  if (maxSessionMinutes === null) return ok({ longestMs: Number.POSITIVE_INFINITY });
  const tooLong = fail('session-too-long', `${maxSessionMinutes} minutes`);
  const longestMs = maxSessionMinutes * 60_000 + OVERTIME_MS;
  if (arrival.startedAtMs > longestMs) return tooLong;
  // What is kept may come late, when it was recorded in time. What is live is of now, whatever it says of itself.
  const liveUntil = (session.startedAt ?? 0) * 1000 + maxSessionMinutes * 60_000 + LATE_MS;
  if (!stream.store && parts.clock() > liveUntil) return tooLong;
  return ok({ longestMs });
}
