/**
 * Your backend, in one file. It holds the API key of the media service, and gives the desktop client a session
 * and short-lived tokens for one end user. Media never passes through here. Copy it and make it yours.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

export type Config = {
  /** Address of the media service. */
  readonly server: string;
  readonly apiKey: string;
  /** What the desktop client shows as `Authorization: Bearer …`. In yours, that is your users' own login. */
  readonly connectSecret: string;
  readonly endUser: string;
  /** 0, or absent: a free one. */
  readonly port?: number;
};

type Session = { session_id: string; end_user_id: string; metadata: { title?: string } };
type Grant = { token: string; expires_at: number };

/** `POST /session {title?}` and `POST /token {session_id}`, both answering what the client needs to record. */
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
  const grant = async ({ session_id, metadata }: Session) => {
    const granted = await media<Grant>('POST', '/capture/session/token', { session_id });
    if (granted === undefined) throw new Error('the session is gone');
    const { token, expires_at } = granted;
    return { server: config.server, session_id, title: metadata.title ?? null, token, expires_at };
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest();

  const app = new Hono();
  app.use(async (c, next) => {
    const shown = c.req.header('authorization') ?? '';
    // Digests are of one length, as timingSafeEqual wants them, and tell nothing of the length of the secret.
    if (!timingSafeEqual(sha256(shown), sha256(`Bearer ${config.connectSecret}`))) return c.body(null, 401);
    return next();
  });
  app.post('/session', async (c) => {
    const { title } = await c.req.json().catch(() => ({}));
    const metadata = typeof title === 'string' ? { title } : {};
    const session = await media<Session>('POST', sessions, { end_user_id: config.endUser, metadata });
    if (session === undefined) throw new Error('there is no such collection');
    return c.json(await grant(session));
  });
  app.post('/token', async (c) => {
    const { session_id } = await c.req.json().catch(() => ({}));
    const session = await media<Session>('GET', `${sessions}/${encodeURIComponent(String(session_id))}`);
    // A token only for a session of this user: the client may ask for any id.
    if (session?.end_user_id !== config.endUser) return c.json({ message: 'There is no such session.' }, 404);
    return c.json(await grant(session));
  });
  app.onError((_error, c) => c.json({ message: 'The media service does not answer as it should.' }, 502));

  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(config.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

if (import.meta.main) {
  const { TALLYLIGHT_SERVER, TALLYLIGHT_API_KEY, TALLYLIGHT_CONNECT_SECRET, TALLYLIGHT_END_USER } =
    process.env;
  if (!TALLYLIGHT_SERVER || !TALLYLIGHT_API_KEY || !TALLYLIGHT_CONNECT_SECRET)
    throw new Error('set TALLYLIGHT_SERVER, TALLYLIGHT_API_KEY and TALLYLIGHT_CONNECT_SECRET');
  const { url } = await startYourBackend({
    server: TALLYLIGHT_SERVER.replace(/\/+$/, ''),
    apiKey: TALLYLIGHT_API_KEY,
    connectSecret: TALLYLIGHT_CONNECT_SECRET,
    endUser: TALLYLIGHT_END_USER || userInfo().username,
  });
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}
