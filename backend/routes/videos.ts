import type { HttpBindings } from '@hono/node-server';
import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { videoView } from '../../contract/wire.ts';
import { jsonRoute, type Route, rawRoute } from '../http/route.ts';
import { videoViewOf } from '../session/view.ts';
import { deleteVideo } from '../video/delete.ts';
import { downloadOf } from '../video/download.ts';

const oneVideo = z.object({ id: z.string() });

export const VIDEO_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/video/{id}',
    access: 'key',
    summary: 'One stored channel of a session',
    params: oneVideo,
    answer: videoView,
    async handle({ parts, params }) {
      const video = await parts.store.video(params.id);
      return video === undefined ? fail('video-unknown', params.id) : ok(videoViewOf(video));
    },
  }),
  rawRoute({
    method: 'get',
    path: '/video/{id}/download',
    access: 'key',
    summary: 'The file: fragmented MP4, all takes laid end to end',
    params: oneVideo,
    answer: 'video/mp4',
    async handle({ parts, params, context }) {
      const download = await downloadOf(parts, params.id);
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
    summary: 'The digest of the file, as `sha256sum -c` reads it',
    params: oneVideo,
    answer: 'text/plain',
    async handle({ parts, params }) {
      const download = await downloadOf(parts, params.id);
      if (!download.ok) return download;
      return ok(new Response(`${download.value.video.sha256}  ${download.value.fileName}\n`));
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/video/{id}',
    access: 'key',
    summary: 'Delete a video and the fragments it is made of',
    params: oneVideo,
    answer: z.object({}),
    async handle({ parts, params }) {
      const deleted = await deleteVideo(parts, params.id);
      return deleted.ok ? ok({}) : deleted;
    },
  }),
];
