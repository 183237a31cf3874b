import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import { formatsOf } from './assemble.ts';

/** Deletes a video with the fragments it is made of. Error: `video-unknown`. */
export async function deleteVideo(parts: Parts, id: string): Promise<Result<void>> {
  const video = await parts.store.video(id);
  if (video === undefined) return fail('video-unknown', id);
  const { sessionId, streamId } = video;
  return parts.turns(sessionId, async () => {
    const fragments = await parts.store.fragmentsOf(streamId);
    const takes = formatsOf(fragments).find((format) => format.sha256 === video.format)?.takes ?? new Set();
    // Files first: cut short, the video is still known and its deletion can be asked for again.
    for (const fragment of fragments)
      if (takes.has(fragment.take)) await parts.blobs.remove({ ...fragment, sessionId }, fragment.blob);
    const others = (await parts.store.videosOf([sessionId])).filter(
      (v) => v.streamId === streamId && v.id !== id,
    );
    if (others.length === 0) await parts.blobs.removeStream(sessionId, streamId);
    if (!(await parts.store.deleteVideo(id, [...takes]))) return fail('video-unknown', id);
    await parts.store.scrub();
    return ok(undefined);
  });
}
