import { fail, ok, type Result } from '../../contract/result.ts';
import { type Format, formatsOf } from '../../contract/timeline.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord, VideoRecord } from '../store/records.ts';

export type MadeOf = {
  readonly video: VideoRecord;
  readonly session: SessionRecord;
  readonly stream: StreamRecord;
  readonly format: Format;
  /** In their order. */
  readonly fragments: readonly FragmentRecord[];
};

/** What a video is made of. Errors: `video-unknown` where it was deleted, `vault-damaged` where that is not there any more. */
export async function madeOf({ store }: Pick<Parts, 'store'>, videoId: string): Promise<Result<MadeOf>> {
  const video = await store.video(videoId);
  const session = video && (await store.session(video.sessionId));
  const stream = video && (await store.stream(video.streamId));
  if (video === undefined || session === undefined || stream === undefined || stream.wrappedKey === '')
    return fail('video-unknown', videoId);
  const all = await store.fragmentsOf(stream.id);
  const format = formatsOf(all).find((each) => each.sha256 === video.format);
  if (format === undefined) return fail('vault-damaged', `${stream.id} has not what it was made of any more`);
  const fragments = all.filter(({ take }) => format.takes.has(take));
  return ok({ video, session, stream, format, fragments });
}
