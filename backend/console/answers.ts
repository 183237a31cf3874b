import type { Html } from './parts/html.ts';
import { STATIC_FILES } from './static-files.ts';

export function pageOf(content: Html, status = 200): Response {
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return new Response(content.toString(), { status, headers });
}

/** 303: whatever was asked, the next thing is to look. */
export function to(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path } });
}

export function staticFile(name: string): Response {
  const file = STATIC_FILES.get(name);
  if (file === undefined) return new Response(null, { status: 404 });
  return new Response(file.content, { headers: { 'content-type': file.type } });
}
