import type { HttpBindings } from '@hono/node-server';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { videoView } from '../../contract/wire.ts';
import type { KeyCaller } from '../access/caller.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import { videoViewOf } from '../session/view.ts';
import type { StreamRecord, VideoRecord } from '../store/records.ts';
import { deleteVideo } from '../video/delete.ts';
import { downloadOf } from '../video/download.ts';
import { deletion, deletionOf } from './deleted.ts';

const oneVideo = z.object({ id: z.string() });

/** The video with its stream, where the caller may know of it. Error: `video-unknown`. */
async function videoFor(
  parts: Parts,
  caller: KeyCaller,
  id: string,
): Promise<Result<{ readonly video: VideoRecord; readonly stream: StreamRecord }>> {
  const sessionId = await parts.store.sessionIdOf(caller, id);
  const video = sessionId === undefined ? undefined : await parts.store.video(id);
  const stream = video && (await parts.store.stream(video.streamId));
  return video === undefined || stream === undefined ? fail('video-unknown', id) : ok({ video, stream });
}

export const VIDEO_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/video/{id}',
    access: 'key',
    roles: ['read', 'admin'],
    does: 'video.read',
    summary: 'One stored channel of a session',
    params: oneVideo,
    answer: videoView,
    async handle({ parts, caller, params }) {
      const found = await videoFor(parts, caller, params.id);
      return found.ok ? ok(videoViewOf(found.value.video, found.value.stream.channelId)) : found;
    },
  }),
  rawRoute({
    method: 'get',
    path: '/video/{id}/download',
    access: 'key',
    roles: ['read'],
    does: 'video.download',
    summary: 'The file: fragmented MP4, all takes laid end to end',
    params: oneVideo,
    answer: 'video/mp4',
    async handle({ parts, caller, params, context }) {
      const found = await videoFor(parts, caller, params.id);
      const download = found.ok ? await downloadOf(parts, params.id) : found;
      if (!download.ok) return download;
      const { fileName, mediaType, video, content } = download.value;
      const bindings: HttpBindings = context.env;
      const headers = {
        'content-type': mediaType,
        'content-length': String(video.sizeBytes),
        'content-disposition': `attachment; filename="${fileName}"`,
        'content-digest': `sha-256=:${Buffer.from(video.sha256, 'hex').toString('base64')}:`,
        'accept-ranges': 'none',
        'cache-control': 'private, no-store',
      };
      return ok(
        new Response(
          content(() => bindings.outgoing.destroy()),
          { headers },
        ),
      );
    },
  }),
  rawRoute({
    method: 'get',
    path: '/video/{id}/download.sha256',
    access: 'key',
    roles: ['read'],
    does: 'video.digest',
    summary: 'The digest of the file, as `sha256sum -c` reads it',
    params: oneVideo,
    answer: 'text/plain',
    async handle({ parts, caller, params }) {
      const found = await videoFor(parts, caller, params.id);
      const download = found.ok ? await downloadOf(parts, params.id) : found;
      if (!download.ok) return download;
      return ok(new Response(`${download.value.video.sha256}  ${download.value.fileName}\n`));
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/video/{id}',
    access: 'key',
    roles: ['admin'],
    does: 'video.delete',
    summary: 'Delete a recording, its key first; one in several parts only as a whole, with ?parts=all',
    params: oneVideo,
    query: z.object({ parts: z.literal('all').optional() }),
    answer: deletion,
    async handle({ parts, caller, params, query }) {
      const found = await videoFor(parts, caller, params.id);
      const withParts = query.parts === 'all';
      return found.ok ? deletionOf(await deleteVideo(parts, params.id, { withParts })) : found;
    },
  }),
];
