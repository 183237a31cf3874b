import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { mediaWishOf } from '../../contract/bridge/media-path.ts';
import type { Result } from '../../contract/result.ts';
import type { Capture } from '../../main/host.ts';
import type { Door } from './door.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Nothing but our own files may run, load or frame. */
function headers(port: number): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src blob:; font-src 'self'; manifest-src 'self'; connect-src 'self' ws://127.0.0.1:${port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/** Serves the built renderer to the browser that holds the cookie; `/enter?ticket=…` is the way in. */
export async function servePage(
  door: Door,
  media: Capture['media'],
  rendererDir: string,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', `http://127.0.0.1:${port}`);
  const answer = (status: number, text: string, more: Record<string, string> = {}) =>
    response
      .writeHead(status, { ...headers(port), 'content-type': 'text/plain; charset=utf-8', ...more })
      .end(text);
  if (!door.hostIsOurs(request) || url === null) return void answer(403, 'Not this address.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return void answer(405, 'Only GET.');
  if (url.pathname === '/enter') {
    const cookie = door.enter(url.searchParams.get('ticket'));
    return void (cookie === undefined
      ? answer(403, 'This link was used already. Start Tallylight again for a new one.')
      : answer(303, '', { location: '/', 'set-cookie': cookie }));
  }
  if (!door.isInside(request))
    return void answer(403, 'Open the link that Tallylight printed when it started.');
  const wish = mediaWishOf(url.pathname);
  if (wish !== undefined) return serveMedia(await media(wish), port, response);
  const path = fileIn(rendererDir, url.pathname);
  const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (path === undefined || bytes === undefined) return void answer(404, 'There is no such page.');
  response.writeHead(200, {
    ...headers(port),
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** What the player asked for, or why it is not to be had. */
function serveMedia(read: Result<Uint8Array>, port: number, response: ServerResponse): void {
  const type = read.ok ? 'application/octet-stream' : 'application/json; charset=utf-8';
  response.writeHead(read.ok ? 200 : 404, { ...headers(port), 'content-type': type });
  response.end(read.ok ? read.value : JSON.stringify(read.error));
}

/** The file for a path, or undefined where it would lie outside the folder. */
function fileIn(dir: string, pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const root = resolve(dir);
  const path = join(root, decoded === '/' ? 'index.html' : decoded);
  return path.startsWith(root + sep) ? path : undefined;
}
