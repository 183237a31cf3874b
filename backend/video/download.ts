import { fail, ok, type Result } from '../../contract/result.ts';
import { formatsOf } from '../../contract/timeline.ts';
import type { Parts } from '../parts.ts';
import type { StreamRecord, VideoRecord } from '../store/records.ts';
import { assembled } from './assemble.ts';

export type Download = {
  readonly fileName: string;
  readonly mediaType: 'audio/mp4' | 'video/mp4';
  readonly video: VideoRecord;
  /** `breakOff` is called where the rest cannot be had. */
  readonly content: (breakOff: () => void) => ReadableStream<Uint8Array>;
};

/** The file of a video. Error: `video-unknown`. */
export async function downloadOf(parts: Parts, id: string): Promise<Result<Download>> {
  const video = await parts.store.video(id);
  const session = video && (await parts.store.session(video.sessionId));
  const stream = video && (await parts.store.stream(video.streamId));
  if (video === undefined || session === undefined || stream === undefined) return fail('video-unknown', id);
  const fragments = await parts.store.fragmentsOf(stream.id);
  const format = formatsOf(fragments).find((each) => each.sha256 === video.format);
  if (format === undefined) return fail('vault-damaged', `${id} has no fragments`);
  return ok({
    fileName: fileNameOf(video, stream),
    mediaType: stream.type === 'audio' ? 'audio/mp4' : 'video/mp4',
    video,
    content: (breakOff) => streamed(parts, assembled(parts, session, stream, fragments, format), breakOff),
  });
}

function fileNameOf(video: VideoRecord, stream: StreamRecord): string {
  return `${stream.channelId.replace(':', '-')}-${video.id}.mp4`;
}

/** Read as fast as it is sent. A damaged fragment breaks the transfer off, so that it cannot pass for whole. */
function streamed(
  parts: Parts,
  pieces: AsyncGenerator<Result<Uint8Array>>,
  breakOff: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done) return controller.close();
      if (next.value.ok) return controller.enqueue(next.value.value);
      const { code: error_code, detail: cause = '' } = next.value.error;
      parts.log({ at: new Date(parts.clock()).toISOString(), type: 'fault', error_code, cause });
      // Not by an error of the stream: the HTTP adaptor would write that to the console.
      breakOff();
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
