import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { CONFIRMATION_HEADER } from '../routes/confirmation.ts';
import { takeOf } from './media.ts';
import { headersOf, startOf } from './recorder.ts';

export type Kind = 'session' | 'stream' | 'video' | 'key' | 'event';

/** A request of a route that is well-formed, so that nothing is refused for want of form. */
export type Example = {
  /** What its id is of, in the path or in the body; absent: it names nothing that belongs to somebody. */
  readonly names?: Kind;
  readonly body?: (id: string) => object;
  readonly headers?: () => Record<string, string>;
  readonly bytes?: () => Uint8Array;
};

const { version: _, ...POLICY } = DEFAULT_POLICY;
const PASSWORD = 'correct horse battery staple';
const session: Example = { names: 'session' };
const stream: Example = { names: 'stream' };
const video: Example = { names: 'video' };
const moment: Example = { names: 'session', body: () => ({ at_ms: 1 }) };

function firstPiece() {
  const [first] = takeOf();
  if (first === undefined) throw new Error('there is a first piece');
  return first;
}

/** One for every route: whoever adds a route says here what a request of it looks like. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'get /healthz': {},
  'get /.well-known/jwks.json': {},
  'get /openapi.json': {},
  'get /collection': {},
  'post /collection': { body: () => ({ id: 'calls', name: 'Calls' }) },
  'get /collection/{c}': {},
  'delete /collection/{c}': {},
  'post /collection/{c}/capture/session': { body: () => ({ end_user_id: 'ada' }) },
  'get /collection/{c}/capture/session': {},
  'get /collection/{c}/capture/session/{id}': session,
  'delete /collection/{c}/capture/session/{id}': session,
  'post /collection/{c}/capture/session/{id}/revoke': session,
  'post /collection/{c}/capture/session/{id}/export': { names: 'session', body: () => ({}) },
  'post /capture/session/token': { names: 'session', body: (session_id) => ({ session_id }) },
  'post /capture/session/token/renew': {},
  'get /capture/session/{id}': session,
  'post /capture/session/start': { names: 'session', body: (id) => startOf(id, 'mic:default') },
  'post /capture/session/{id}/pause': moment,
  'post /capture/session/{id}/resume': moment,
  'post /capture/session/{id}/stop': {
    names: 'session',
    body: () => ({ duration_ms: 1, active_ms: 1, channels: [] }),
  },
  'post /capture/session/{id}/consent/revoke': {
    names: 'session',
    body: () => ({ channel_id: 'mic:default', erase: true, at_ms: 1 }),
  },
  'post /capture/deletions': { names: 'session', body: (id) => ({ session_ids: [id] }) },
  'put /rtstream/{id}/fragment/{take}/{sequence}': {
    names: 'stream',
    headers: () => headersOf(firstPiece()),
    bytes: () => firstPiece().bytes,
  },
  'get /rtstream/{id}/fragments': stream,
  'get /rtstream/{id}/live': stream,
  'get /collection/{c}/websocket': {},
  'get /collection/{c}/events': {},
  'get /video/{id}': video,
  'get /video/{id}/download': video,
  'get /video/{id}/download.sha256': video,
  'delete /video/{id}': video,
  'get /collection/{c}/destination': {},
  'put /collection/{c}/destination': {
    body: () => ({ place: { kind: 's3', region: 'eu-central-1', bucket: 'recordings' } }),
  },
  'delete /collection/{c}/destination': {},
  'post /collection/{c}/destination/test': {},
  'get /copies': {},
  'post /copies/{id}/send': video,
  'get /policy': {},
  'put /policy': { body: () => POLICY },
  'get /collection/{c}/policy': {},
  'put /collection/{c}/policy': { body: () => POLICY },
  'post /user/confirm': { body: () => ({ name: 'nobody', password: PASSWORD }) },
  'get /user/api_key': {},
  'post /user/api_key': { body: () => ({ name: 'x', environment: 'production', roles: ['admin'] }) },
  'post /user/api_key/{id}/rotate': { names: 'key', body: () => ({}) },
  'delete /user/api_key/{id}': { names: 'key' },
  'get /webhook': {},
  'put /webhook': { body: () => ({ url: null }) },
  'post /webhook/secret': {},
  'get /webhook/dead': {},
  'post /webhook/dead/{id}/resend': { names: 'event' },
  'get /audit': {},
  'get /audit/verify': {},
  'get /audit/head': {},
  'get /user/{end_user_id}/data': {},
  'delete /user/{end_user_id}/data': {},
  'post /retention/sweep': { body: () => ({ dry_run: true }) },
};

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer<ArrayBuffer> | null;
};

/** The request of a route for this id. Throws where there is no example of it. */
export function requestOf(
  route: { readonly method: string; readonly path: string },
  id: string,
  confirmation = '',
): Request {
  const example = EXAMPLES[`${route.method} ${route.path}`];
  if (example === undefined)
    throw new Error(`trial/examples.ts has no request of ${route.method} ${route.path}`);
  const { body, bytes, headers } = example;
  const media = bytes?.();
  const json = body === undefined ? null : JSON.stringify(body(id));
  return {
    method: route.method.toUpperCase(),
    path: route.path
      .replace('{c}', 'default')
      .replace('{take}', '1')
      .replace('{sequence}', '0')
      .replace('{end_user_id}', 'somebody')
      .replace('{id}', encodeURIComponent(id)),
    headers: {
      ...(json === null ? {} : { 'content-type': 'application/json' }),
      ...headers?.(),
      [CONFIRMATION_HEADER]: confirmation,
    },
    body: media === undefined ? json : Buffer.from(media),
  };
}
