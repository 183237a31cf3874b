import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { fail, ok, type Result } from '../../contract/result.ts';
import { readBounded } from '../http/body.ts';
import type { Parts } from '../parts.ts';
import type { AdminPass } from '../store/records.ts';

/** Nothing but our own style sheet, script and forms; no page of others around ours. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** What every answer of the console carries. */
export function guardHeaders(parts: Pick<Parts, 'publicUrl'>): Record<string, string> {
  return {
    'content-security-policy': CONTENT_POLICY,
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), display-capture=(), geolocation=()',
    ...(isTls(parts) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

function isTls({ publicUrl }: Pick<Parts, 'publicUrl'>): boolean {
  return publicUrl().startsWith('https://');
}

/** RFC 6265bis, section 4.1.3.2: a browser takes `__Host-` only over TLS, from this host, for all of it. */
function cookieName(parts: Parts): string {
  return isTls(parts) ? '__Host-tallylight-console' : 'tallylight-console';
}

/** What an admin got at sign-in, where the browser shows it. */
export function passIn(parts: Parts, context: Context): string | undefined {
  return getCookie(context, cookieName(parts));
}

/** The header that hands a pass to the browser; an empty one takes it back. */
export function passCookie(parts: Parts, pass: string): string {
  const where = isTls(parts) ? 'Path=/; Secure' : 'Path=/console';
  const age = pass === '' ? '; Max-Age=0' : '';
  return `${cookieName(parts)}=${pass}; ${where}; HttpOnly; SameSite=Strict${age}`;
}

/**
 * Whether a form was sent from a page of ours, as far as the browser says. Old ones say nothing; the token in the form is
 * asked for from all of them.
 */
export function isFromHere({ origins }: Pick<Parts, 'origins'>, { req }: Context): boolean {
  const site = req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = req.header('origin');
  return origin === undefined || origins().includes(origin);
}

export function hasCsrf(form: URLSearchParams, { csrf }: Pick<AdminPass, 'csrf'>): boolean {
  return timingSafeEqual(digestOf(form.get('csrf') ?? ''), digestOf(csrf));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const MAX_FORM_BYTES = 64 * 1024;

/** Error: `bad-request` for what is no form of ours. */
export async function formOf({ req }: Context): Promise<Result<URLSearchParams>> {
  if (req.header('content-type')?.split(';')[0] !== 'application/x-www-form-urlencoded')
    return fail('bad-request', 'the console takes its own forms only');
  const read = await readBounded(req.raw, MAX_FORM_BYTES);
  if (!read.ok) return fail('bad-request', 'the form is too long');
  return ok(new URLSearchParams(Buffer.from(read.value).toString('utf8')));
}

/** A page of the console to go to, where that is what is written; anything else leads to the first one. */
export function pathWithin(wanted: string | null): string {
  const first = '/console/sessions';
  if (wanted === null || !/^\/console\/[\w!$&'()*+,;=:@%./?~-]*$/.test(wanted)) return first;
  const { pathname, search, origin } = new URL(wanted, 'http://console.invalid');
  return origin === 'http://console.invalid' && pathname.startsWith('/console/')
    ? `${pathname}${search}`
    : first;
}
