/**
 * Your backend, in one file. It holds the API key of the media service, gives the desktop client a session and short-lived
 * tokens for one end user, and hears what becomes of them. Media never passes through here. Copy it and make it yours:
 * your own login in place of the secret, your database in place of `seen` and `lastEvents`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Webhook } from 'standardwebhooks';
import { type Config, configFrom } from './config.ts';

type Session = { session_id: string; end_user_id: string; metadata: { title?: string } };
type Grant = { token: string; expires_at: number };
type Event = { event: string; capture_session_id: string };

/**
 * `POST /session {title?, jkt?}` and `POST /token {session_id, jkt?}`, both answering what the client needs to record;
 * `POST /webhook` for the media service.
 */
export async function startYourBackend(config: Config) {
  const sessions = '/collection/default/capture/session';
  const media = async <T>(method: string, path: string, body?: object): Promise<T | undefined> => {
    const response = await fetch(config.server + path, {
      method,
      headers: { 'x-access-token': config.apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`the media service answered ${response.status} to ${method}`);
    return ((await response.json()) as { data: T }).data;
  };
  // `jkt` names the client's own key: bound to it from the start, the token is of no use to anybody else.
  const grant = async ({ session_id, metadata }: Session, jkt?: string) => {
    const granted = await media<Grant>('POST', '/capture/session/token', { session_id, jkt });
    if (granted === undefined) throw new Error('the session is gone');
    const { token, expires_at } = granted;
    const { server, serviceKey: service_key } = config;
    return { server, session_id, title: metadata.title ?? null, token, expires_at, service_key };
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest();

  const app = new Hono();
  const seen = new Set<string>();
  const lastEvents = new Map<string, Event>();
  const { webhookSecret } = config;
  if (webhookSecret) {
    const webhook = new Webhook(webhookSecret);
    app.post('/webhook', bodyLimit({ maxSize: 1024 * 1024 }), async (c) => {
      const body = await c.req.text();
      try {
        // Throws for what is not signed, edited, or older than five minutes.
        webhook.verify(body, c.req.header());
      } catch {
        return c.body(null, 401);
      }
      const id = c.req.header('webhook-id') ?? '';
      const signed = `${id} ${c.req.header('webhook-timestamp')}`;
      if (seen.has(signed)) return c.body(null, 401);
      // The same event signed anew is no replay: the media service did not hear our answer, and asks again.
      const event: Event = JSON.parse(body);
      if (!seen.has(id)) lastEvents.set(event.capture_session_id, event);
      seen.add(id).add(signed);
      return c.body(null, 204);
    });
  }
  app.use(async (c, next) => {
    const shown = c.req.header('authorization') ?? '';
    // Digests are of one length, as timingSafeEqual wants them, and tell nothing of the length of the secret.
    if (!timingSafeEqual(sha256(shown), sha256(`Bearer ${config.connectSecret}`))) return c.body(null, 401);
    return next();
  });
  app.post('/session', async (c) => {
    const { title, jkt } = await c.req.json().catch(() => ({}));
    const metadata = typeof title === 'string' ? { title } : {};
    const callback_url = webhookSecret && (config.callbackUrl ?? `${url}/webhook`);
    const wish = { end_user_id: config.endUser, metadata, callback_url };
    const session = await media<Session>('POST', sessions, wish);
    if (session === undefined) throw new Error('there is no such collection');
    return c.json(await grant(session, jkt));
  });
  app.post('/token', async (c) => {
    const { session_id, jkt } = await c.req.json().catch(() => ({}));
    const session = await media<Session>('GET', `${sessions}/${encodeURIComponent(String(session_id))}`);
    // A token only for a session of this user: the client may ask for any id.
    if (session?.end_user_id !== config.endUser) return c.json({ message: 'There is no such session.' }, 404);
    return c.json(await grant(session, jkt));
  });
  app.onError((_error, c) => c.json({ message: 'The media service does not answer as it should.' }, 502));

  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(config.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url, lastEvents: lastEvents as ReadonlyMap<string, Event>, close };
}

if (import.meta.main) {
  const { url } = await startYourBackend(configFrom(process.env));
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}
