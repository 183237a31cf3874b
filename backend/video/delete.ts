import { fail, ok, type Result } from '../../contract/result.ts';
import { formatsOf } from '../../contract/timeline.ts';
import type { Parts } from '../parts.ts';
import { tombstoneOf } from '../session/delete.ts';

/** Deletes a video with the fragments it is made of. Error: `video-unknown`. */
export async function deleteVideo(parts: Parts, id: string): Promise<Result<void>> {
  const video = await parts.store.video(id);
  if (video === undefined) return fail('video-unknown', id);
  const { sessionId, streamId } = video;
  return parts.turns(sessionId, async () => {
    const session = await parts.store.session(sessionId);
    const stream = await parts.store.stream(streamId);
    if (session === undefined || stream === undefined) return fail('video-unknown', id);
    const fragments = await parts.store.fragmentsOf(streamId);
    const takes = formatsOf(fragments).find((format) => format.sha256 === video.format)?.takes ?? new Set();
    const videos = await parts.store.videosOf([sessionId]);
    const isLast = videos.every((other) => other.streamId !== streamId || other.id === id);
    // The others need the key of the stream. So files first: cut short, the video is still known and can be deleted again.
    if (!isLast)
      for (const fragment of fragments)
        if (takes.has(fragment.take)) await parts.blobs.remove({ ...fragment, sessionId }, fragment.blob);
    const tombstone = isLast ? await tombstoneOf(parts, session, stream.channelId) : null;
    if (!(await parts.store.deleteVideo(id, [...takes], tombstone))) return fail('video-unknown', id);
    await parts.store.scrub();
    // The key went first: whatever stops this half-way, nobody can open what is left, and `recover` removes it.
    if (isLast) await parts.blobs.removeStream(sessionId, streamId);
    return ok(undefined);
  });
}
