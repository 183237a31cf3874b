import { fail, ok, type Result } from '../../contract/result.ts';
import { removedOrLeft } from '../blobs/left-over.ts';
import type { Parts } from '../parts.ts';
import { noteLeft, placesOf } from '../redundancy/left.ts';
import { type Deleted, tombstoneOf } from '../session/delete.ts';

/**
 * Deletes the recording of a channel: its key, then the fragments it is made of, and leaves word for the client. Where it is in
 * several parts, as its format changed on the way, they have one key and go together, which `withParts` says that one knows.
 * Answers what lies elsewhere still. Errors: `video-unknown`, `not-now` where there are other parts and that was not said.
 */
export async function deleteVideo(
  parts: Parts,
  id: string,
  { withParts }: { readonly withParts: boolean },
): Promise<Result<Deleted>> {
  const video = await parts.store.video(id);
  if (video === undefined) return fail('video-unknown', id);
  const { sessionId, streamId } = video;
  return parts.turns(sessionId, async () => {
    const session = await parts.store.session(sessionId);
    const stream = await parts.store.stream(streamId);
    if (session === undefined || stream === undefined) return fail('video-unknown', id);
    const others = (await partsOf(parts, sessionId, streamId)).filter((other) => other !== id);
    if (others.length > 0 && !withParts)
      return fail(
        'not-now',
        `it is one of ${others.length + 1} parts of a recording, which go together: ?parts=all`,
      );
    const tombstone = await tombstoneOf(parts, session, stream.channelId);
    const left = await noteLeft(parts, await placesOf(parts, [sessionId], streamId));
    if (!(await parts.store.deleteVideos(streamId, tombstone))) return fail('video-unknown', id);
    const isScrubbed = await parts.store.scrub();
    // The key went first: whatever stops this half-way, nobody can open what is left, and `recover` removes it.
    await removedOrLeft(parts, parts.blobs.removeStream(sessionId, streamId));
    return ok({ waits: !isScrubbed, left });
  });
}

/** Ids of the videos that one stream was made into. */
export async function partsOf(
  { store }: Pick<Parts, 'store'>,
  sessionId: string,
  streamId: string,
): Promise<string[]> {
  return (await store.videosOf([sessionId])).flatMap((each) => (each.streamId === streamId ? [each.id] : []));
}
