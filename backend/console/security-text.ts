import type { Hono } from 'hono';
import { logged } from '../http/router.ts';
import type { Parts } from '../parts.ts';

const PATH = '/.well-known/security.txt';
const DAY_MS = 86_400_000;
/** RFC 9116, section 2.5.5 recommends less than a year. */
const GOOD_FOR_DAYS = 180;

/** Serves where to report a weakness (RFC 9116); 404 where whoever runs the service has not said. */
export function serveSecurityText(app: Hono, parts: Parts, contact: string | undefined): void {
  app.get(PATH, (context) =>
    logged(parts, context.req.method, PATH, async () => ({
      response:
        contact === undefined
          ? new Response('No contact was set: TALLYLIGHT_SECURITY_CONTACT says it.\n', { status: 404 })
          : new Response(textOf(parts, contact), {
              headers: { 'content-type': 'text/plain; charset=utf-8' },
            }),
    })),
  );
}

function textOf({ clock, publicUrl }: Parts, contact: string): string {
  // Whole days, so that two answers of a day are the same.
  const expires = new Date((Math.floor(clock() / DAY_MS) + GOOD_FOR_DAYS) * DAY_MS);
  return [
    `Contact: ${contact}`,
    `Expires: ${expires.toISOString()}`,
    'Preferred-Languages: en',
    `Canonical: ${publicUrl()}${PATH}`,
    '',
  ].join('\n');
}
