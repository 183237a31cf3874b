import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { causeOf, log } from './log.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  'media-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Served = { readonly file: string; readonly type: string };

/**
 * Serves the files that are in `folder` now, by a list made once. A request is looked up in that list and never
 * becomes a path, so that no spelling of `..` can leave the folder. Links and unknown types are not listed. `policy` is the
 * content security policy of every answer.
 */
export async function serveStatic(
  folder: string,
  origin: string,
  policy: string = CONTENT_SECURITY_POLICY,
): Promise<(request: Pick<Request, 'method' | 'url'>) => Promise<Response>> {
  const files = new Map<string, Served>();
  const headers = headersWith(policy);
  const refuse = (status: 404 | 405) => new Response(null, { status, headers });
  await list(folder, `${origin}/`, files).catch((error: unknown) => {
    log('renderer.unreadable', { cause: causeOf(error) });
  });
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(405);
    const served = files.get(url.split(/[?#]/, 1)[0] ?? '');
    if (served === undefined) return refuse(404);
    try {
      const body = method === 'HEAD' ? null : await readFile(served.file);
      return new Response(body, { headers: { ...headers, 'content-type': served.type } });
    } catch (error) {
      log('renderer.unreadable', { cause: causeOf(error) });
      return refuse(404);
    }
  };
}

async function list(folder: string, url: string, files: Map<string, Served>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const at = `${url}${encodeURIComponent(entry.name)}`;
    const type = CONTENT_TYPES[extname(entry.name)];
    if (entry.isDirectory()) await list(path, `${at}/`, files);
    else if (entry.isFile() && type !== undefined) files.set(at, { file: path, type });
  }
}

/** Of every answer to a page that has this content security policy. */
export function headersWith(policy: string): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': policy,
  };
}
