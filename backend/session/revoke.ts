import { fail, ok, type Result } from '../../contract/result.ts';
import type { RevokeConsentRequest } from '../../contract/wire.ts';
import { removedOrLeft } from '../blobs/left-over.ts';
import type { Parts } from '../parts.ts';
import { noteLeft, placesOf } from '../redundancy/left.ts';
import type { SessionRecord } from '../store/records.ts';
import { completeIfStopping } from './complete.ts';
import { tombstoneOf } from './delete.ts';
import { endStreams } from './end.ts';

/**
 * The person takes the consent to one channel back: nothing more of it is taken, and with `erase` its key, fragments and
 * videos go at once. Asking again is welcome, also to erase what was only ended before. Errors: `session-unknown`,
 * `stream-unknown`.
 */
export function revokeConsent(
  parts: Parts,
  id: string,
  { channel_id: channelId, erase }: RevokeConsentRequest,
): Promise<Result<SessionRecord>> {
  return parts.turns(id, async () => {
    const session = await parts.store.session(id);
    if (session === undefined) return fail('session-unknown', id);
    const streams = await parts.store.streamsOf([id]);
    const stream = streams.find((one) => one.channelId === channelId);
    if (stream === undefined) return fail('stream-unknown', channelId);
    const tombstone = erase ? await tombstoneOf(parts, session, channelId) : null;
    if (erase) await noteLeft(parts, await placesOf(parts, [id], stream.id));
    await parts.store.revokeStream(stream.id, Math.floor(parts.clock() / 1000), tombstone);
    await endStreams(parts, [stream]);
    if (erase) {
      await parts.store.scrub();
      await removedOrLeft(parts, parts.blobs.removeStream(id, stream.id));
    }
    await completeIfStopping(parts, session);
    return ok((await parts.store.session(id)) ?? session);
  });
}
