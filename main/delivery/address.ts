import { fail, ok, type Result } from '../../contract/result.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The base address without a trailing slash. Plain http is for this machine itself only: `insecure-address`. */
export function serviceAddress(text: string): Result<string> {
  const url = URL.parse(text);
  if (url === null || `${url.username}${url.password}${url.search}${url.hash}` !== '')
    return fail('bad-request', 'not a server address');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    return fail('insecure-address', url.host);
  return ok(url.href.replace(/\/+$/, ''));
}

/** Whether this is an address of this machine itself. */
export function isLoopbackAddress(server: string): boolean {
  return LOOPBACK.has(URL.parse(server)?.hostname ?? '');
}
