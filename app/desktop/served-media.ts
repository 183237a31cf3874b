import { mediaWishOf } from '../../contract/bridge/media-path.ts';
import type { Capture } from '../../main/host.ts';

type Serve = (request: Pick<Request, 'method' | 'url'>) => Promise<Response>;

/** Answers what the player asks for, by `media`; everything else is left to `files`. `headers` are of every answer of either. */
export function withMedia(
  files: Serve,
  origin: string,
  headers: Readonly<Record<string, string>>,
  media: Capture['media'],
): Serve {
  return async (request) => {
    const wish = request.url.startsWith(`${origin}/`)
      ? mediaWishOf(request.url.slice(origin.length))
      : undefined;
    if (wish === undefined || request.method !== 'GET') return files(request);
    const read = await media(wish);
    return read.ok
      ? new Response(Buffer.from(read.value), {
          headers: { ...headers, 'content-type': 'application/octet-stream' },
        })
      : new Response(JSON.stringify(read.error), {
          status: 404,
          headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
        });
  };
}
