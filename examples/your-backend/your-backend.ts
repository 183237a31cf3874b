/**
 * Your backend: it gives the desktop client a session and short-lived tokens for one end user, and hears what becomes of
 * them. Media never passes through here. Copy it and make it yours: your own login in place of the secret, your database in
 * place of `seen` and `lastEvents`.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Webhook } from 'standardwebhooks';
import type { Config } from './config.ts';
import { type Event, mediaService } from './media-service.ts';

/** Long enough to press a link, too short to be found later. */
const CODE_MS = 5 * 60_000;

/**
 * `POST /session {title?, jkt?}` and `POST /token {session_id, jkt?}` for the client, `POST /webhook` for the media service;
 * `callbackUrl` is where that one finds it. `POST /code` makes a link (`tallylight://connect`) for who is signed in, and
 * `POST /connect {code}` gives the client of that person its secret for the code, once. `now` is in milliseconds.
 */
export function yourBackend(config: Config, callbackUrl: () => string, now: () => number = Date.now) {
  const { webhookSecret, endUser } = config;
  const media = mediaService(config);
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  const seen = new Set<string>();
  const lastEvents = new Map<string, Event>();
  /** By the digest of a code, so that whoever reads this has none: until when it counts. In yours, with the user it is for. */
  const codes = new Map<string, number>();
  const app = new Hono().use(bodyLimit({ maxSize: 1024 * 1024 }));
  app.post('/webhook', async (c) => {
    const body = await c.req.text();
    const [id, time] = [c.req.header('webhook-id') ?? '', c.req.header('webhook-timestamp')];
    try {
      // Throws for what is not signed, edited, or older than five minutes.
      new Webhook(webhookSecret ?? '').verify(body, c.req.header());
    } catch {
      return c.body(null, 401);
    }
    if (seen.has(`${id} ${time}`)) return c.body(null, 401);
    // The same event signed anew is no replay: the media service did not hear our answer, and asks again.
    const event: Event = JSON.parse(body);
    if (!seen.has(id)) lastEvents.set(event.capture_session_id, event);
    seen.add(id).add(`${id} ${time}`);
    return c.body(null, 204);
  });
  app.post('/connect', async (c) => {
    const { code } = await c.req.json().catch(() => ({}));
    const key = sha256(String(code)).toString('hex');
    const until = codes.get(key) ?? 0;
    codes.delete(key);
    return until > now() ? c.json({ secret: config.connectSecret }) : c.body(null, 410);
  });
  app.use(async (c, next) => {
    const [shown, right] = [c.req.header('authorization') ?? '', `Bearer ${config.connectSecret}`];
    // Digests are of one length, as timingSafeEqual wants them, and tell nothing of the length of the secret.
    return timingSafeEqual(sha256(shown), sha256(right)) ? next() : c.body(null, 401);
  });
  app.post('/code', (c) => {
    const code = randomBytes(32).toString('base64url');
    for (const [key, until] of codes) if (until <= now()) codes.delete(key);
    codes.set(sha256(code).toString('hex'), now() + CODE_MS);
    const backend = encodeURIComponent(new URL(c.req.url).origin);
    return c.json({ link: `tallylight://connect?code=${code}&backend=${backend}` });
  });
  app.post('/session', async (c) => {
    const { title, jkt } = await c.req.json().catch(() => ({}));
    const metadata = typeof title === 'string' ? { title } : {};
    const callback_url = webhookSecret ? callbackUrl() : undefined;
    return c.json(
      await media.grant(await media.newSession({ end_user_id: endUser, metadata, callback_url }), jkt),
    );
  });
  app.post('/token', async (c) => {
    const { session_id, jkt } = await c.req.json().catch(() => ({}));
    const session = await media.session(String(session_id));
    // A token only for a session of this user: the client may ask for any id.
    if (session?.end_user_id !== endUser) return c.json({ message: 'There is no such session.' }, 404);
    return c.json(await media.grant(session, jkt));
  });
  app.onError((_error, c) => c.json({ message: 'The media service does not answer as it should.' }, 502));
  return { app, lastEvents: lastEvents as ReadonlyMap<string, Event> };
}
