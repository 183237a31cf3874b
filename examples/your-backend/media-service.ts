import type { Config } from './config.ts';

export type Session = { session_id: string; end_user_id: string; metadata: { title?: string } };
/** What the media service tells of a session, as its webhook brings it. */
export type Event = { event: string; capture_session_id: string };
type Grant = { token: string; expires_at: number };

/** The three calls of the media service that your backend makes. Each throws where the answer is none of those expected. */
export function mediaService({ server, apiKey, serviceKey }: Config) {
  const sessions = '/collection/default/capture/session';
  async function ask<T>(method: string, path: string, body?: object): Promise<T | undefined> {
    const response = await fetch(server + path, {
      method,
      headers: { 'x-access-token': apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`the media service answered ${response.status} to ${method}`);
    return ((await response.json()) as { data: T }).data;
  }
  return {
    newSession: (wish: object) => ask<Session>('POST', sessions, wish),
    session: (id: string) => ask<Session>('GET', `${sessions}/${encodeURIComponent(id)}`),
    /** What the client needs to record. `jkt` names its own key: bound to it from the start, the token is of no use to others. */
    async grant(session: Session | undefined, jkt?: string) {
      if (session === undefined) throw new Error('there is no such session');
      const { session_id, metadata } = session;
      const granted = await ask<Grant>('POST', '/capture/session/token', { session_id, jkt });
      if (granted === undefined) throw new Error('the session is gone');
      const { token, expires_at } = granted;
      const title = metadata.title ?? null;
      return { server, session_id, title, token, expires_at, service_key: serviceKey };
    },
  };
}
