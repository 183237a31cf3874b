import { fail, ok, type Result } from '../../contract/result.ts';
import type { SessionExport } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { StreamRecord, VideoRecord } from '../store/records.ts';
import { newsOf } from './tell.ts';

/**
 * The video of one channel of a session that has stopped; the first time that is told. The files are there since the session
 * stopped, so nothing has to be waited for. Errors: `session-unknown`, `not-now`, `video-unknown`.
 */
export function exportSession(parts: Parts, id: string, channelId?: string): Promise<Result<SessionExport>> {
  return parts.turns(id, async () => {
    const session = await parts.store.session(id);
    if (session === undefined) return fail('session-unknown', id);
    if (session.status !== 'stopped' && session.status !== 'exported')
      return fail('not-now', `the session is ${session.status}`);
    const streams = await parts.store.streamsOf([id]);
    const videos = await parts.store.videosOf([id]);
    const primary = primaryVideo(streams, videos);
    const wanted =
      channelId === undefined
        ? primary
        : videos.find((video) => streamOf(streams, video)?.channelId === channelId);
    const stream = wanted && streamOf(streams, wanted);
    if (primary === undefined || wanted === undefined || stream === undefined)
      return fail('video-unknown', channelId);
    if (session.status === 'stopped') {
      const news = await newsOf(parts, session, 'exported', { exported_video_id: primary.id });
      if (await parts.store.moveSession(id, ['stopped'], 'exported', news.letters)) news.tell();
    }
    return ok({
      session_id: id,
      video_channel_id: stream.channelId,
      export_status: 'exported',
      video_id: wanted.id,
      delivery_jws: session.deliveryJws,
    });
  });
}

/** What stands for the session: the first display, or else the first channel of sound. Both lists are of one session. */
export function primaryVideo(
  streams: readonly StreamRecord[],
  videos: readonly VideoRecord[],
): VideoRecord | undefined {
  return videos.find((video) => streamOf(streams, video)?.type === 'video') ?? videos[0];
}

function streamOf(streams: readonly StreamRecord[], { streamId }: VideoRecord): StreamRecord | undefined {
  return streams.find((stream) => stream.id === streamId);
}
