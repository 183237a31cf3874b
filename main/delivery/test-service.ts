import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { kindOf } from '../../contract/channel.ts';
import { compareKeys, FRAGMENT_HEADERS } from '../../contract/fragment.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import {
  type SessionStatus,
  type StopSessionRequest,
  sessionView,
  startSessionRequest,
  stopSessionRequest,
} from '../../contract/wire.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: Buffer;
};
type Held = {
  readonly take: number;
  readonly sequence: number;
  readonly bytes: number;
  readonly sha256: string;
};
type Stream = { readonly id: string; readonly name: string; readonly store: boolean; held: Held[] };
/** What is answered in place of what the service would say; undefined: nothing at all. */
type Answer = (response: ServerResponse) => void;

export const TEST_TOKEN = 'st-first-token-of-the-session';

/** A strict media service of one session for tests: whatever it does not expect makes the test fail. */
export type TestService = Awaited<ReturnType<typeof startTestService>>;

export async function startTestService(sessionId: string) {
  const tokens = new Set([TEST_TOKEN]);
  const streams: Stream[] = [];
  const asked: Asked[] = [];
  const script: { readonly matches: RegExp; readonly answer: Answer }[] = [];
  const unexpected: string[] = [];
  const sockets = new Set<Socket>();
  const settings = { policy: DEFAULT_POLICY as Policy, status: 'created' as SessionStatus, mayRenew: true };
  let manifest: StopSessionRequest | undefined;
  let listeners: (() => void)[] = [];

  const http = createServer((request, response) => void respond(request, response));
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const up = (port = 0) => new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  await up();
  const { port } = http.address() as AddressInfo;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const told: Asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      token: String(request.headers['x-access-token'] ?? ''),
      body: Buffer.concat(chunks),
    };
    asked.push(told);
    const planned = script.findIndex(({ matches }) => matches.test(`${told.method} ${told.path}`));
    if (planned !== -1) script.splice(planned, 1)[0]?.answer(response);
    else {
      const result = tokens.has(told.token) ? answer(told, request) : fail('token-expired');
      if (result.ok) json(response, 200, { success: true, data: result.value });
      else refusal(result.error.code)(response);
    }
    for (const listener of listeners) listener();
  }

  function answer({ method, path, body }: Asked, request: IncomingMessage): Result<unknown> {
    const own = `/capture/session/${sessionId}`;
    const [, id, tail = ''] = /^\/rtstream\/([\w-]+)\/(.+)$/.exec(path) ?? [];
    const stream = streams.find((candidate) => candidate.id === id);
    if (stream !== undefined && method === 'PUT') return put(stream, tail, body, request);
    if (stream !== undefined && method === 'GET' && tail === 'fragments') return ok(listed(stream));
    switch (`${method} ${path}`) {
      case `GET ${own}`:
        return ok(view());
      case 'POST /capture/session/start':
        return start(JSON.parse(body.toString()));
      case `POST ${own}/pause`:
        return move(['starting', 'active'], 'paused');
      case `POST ${own}/resume`:
        return move(['paused'], 'active');
      case `POST ${own}/stop`:
        return stop(stopSessionRequest.parse(JSON.parse(body.toString())));
      case 'POST /capture/session/token/renew':
        return settings.mayRenew ? ok(grant()) : fail('token-expired');
      default:
        unexpected.push(`${method} ${path}`);
        return fail('bad-request');
    }
  }

  function start(request: unknown): Result<unknown> {
    const { session_id, channels } = startSessionRequest.parse(request);
    if (session_id !== sessionId || settings.status !== 'created') return fail('not-now');
    for (const { channel_id: name, store } of channels)
      streams.push({ id: `rts-${name.replace(':', '-')}`, name, store, held: [] });
    settings.status = 'starting';
    return ok(view());
  }

  function move(from: readonly SessionStatus[], to: SessionStatus): Result<unknown> {
    if (!from.includes(settings.status)) return fail('session-ended', settings.status);
    settings.status = to;
    return ok(view());
  }

  function stop(told: StopSessionRequest): Result<unknown> {
    if (settings.status === 'created') return fail('not-now');
    manifest = told;
    const isWhole = streams.every(({ name, store, held }) => {
      const said = told.channels.find(({ channel_id }) => channel_id === name);
      return (
        !store ||
        (held.length === (said?.fragments ?? 0) && digestOf(held) === (said?.digest ?? digestOf([])))
      );
    });
    settings.status = isWhole ? 'stopped' : 'stopping';
    return ok(view());
  }

  function put(stream: Stream, tail: string, body: Buffer, request: IncomingMessage): Result<unknown> {
    const [, take, sequence] = (/^fragment\/(\d+)\/(\d+)$/.exec(tail) ?? []).map(Number);
    if (take === undefined || sequence === undefined) return fail('bad-request');
    const digest = createHash('sha256').update(body);
    const sha256 = digest.copy().digest('hex');
    if (request.headers[FRAGMENT_HEADERS.contentDigest] !== `sha-256=:${digest.digest('base64')}:`)
      return fail('digest-mismatch');
    if (request.headers[FRAGMENT_HEADERS.crc32] !== crc32(body).toString(16).padStart(8, '0'))
      return fail('digest-mismatch');
    const receipt = {
      rtstream_id: stream.id,
      take,
      sequence,
      bytes: body.length,
      sha256,
      stored: stream.store,
      received_at: 1,
    };
    const held = stream.held.find((other) => compareKeys(other, { take, sequence }) === 0);
    if (held !== undefined) return held.sha256 === sha256 ? ok(receipt) : fail('fragment-conflict');
    const last = stream.held.at(-1) ?? { take: 0, sequence: -1 };
    const follows = sequence === 0 ? take > last.take : take === last.take && sequence === last.sequence + 1;
    if (!(stream.store ? follows : compareKeys(last, { take, sequence }) < 0))
      return fail('fragment-out-of-order');
    stream.held.push({ take, sequence, bytes: body.length, sha256 });
    if (settings.status === 'starting') settings.status = 'active';
    return ok(receipt);
  }

  function listed({ id, held }: Stream) {
    const last = held.at(-1);
    const next =
      last === undefined ? { take: 1, sequence: 0 } : { take: last.take, sequence: last.sequence + 1 };
    return { rtstream_id: id, next, fragments: held };
  }

  function view() {
    const channels = streams.map(({ name, store }) => ({
      channel_id: name,
      name,
      type: 'audio' as const,
      store,
      is_primary: false,
    }));
    const rtstreams = streams.map(({ id, name, store, held }) => ({
      rtstream_id: id,
      channel_id: kindOf(name) === 'display' ? ('screen' as const) : ('mic' as const),
      name,
      status: settings.status,
      media_types: ['audio' as const],
      store,
      fragments: held.length,
      bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    }));
    return sessionView.parse({
      id: sessionId,
      session_id: sessionId,
      collection_id: 'default',
      end_user_id: 'ada',
      client_id: null,
      status: settings.status,
      callback_url: null,
      metadata: {},
      created_at: 1,
      primary_video_channel_id: null,
      exported_video_id: null,
      export_status: null,
      channels,
      rtstreams,
      videos: [],
      policy: settings.policy,
    });
  }

  function grant() {
    const token = `st-${randomBytes(8).toString('hex')}`;
    tokens.add(token);
    return { token, expires_in: 600, expires_at: 4_000_000_000, session_id: sessionId };
  }

  async function down(): Promise<void> {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  onTestFinished(async () => {
    if (http.listening) await down();
    if (unexpected.length > 0) throw new Error(`nobody expected ${unexpected.join(', ')}`);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    settings,
    tokens,
    asked,
    grant,
    down,
    up: () => up(port),
    manifest: () => manifest,
    /** What the service holds or passed on of a channel. */
    held: (name: string): readonly Held[] => streams.find((stream) => stream.name === name)?.held ?? [],
    stream: (name: string, store = true): Stream => {
      const stream: Stream = { id: `rts-${name.replace(':', '-')}`, name, store, held: [] };
      streams.push(stream);
      settings.status = 'active';
      return stream;
    },
    /** Answers the next request that matches with this instead, e.g. /^PUT/. */
    next: (matches: RegExp, answer: Answer) => void script.push({ matches, answer }),
    paths: () => asked.map(({ method, path }) => `${method} ${path}`),
    /** Resolves when the requests so far fulfil a condition. */
    when: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition()) return;
          listeners = listeners.filter((listener) => listener !== check);
          resolve();
        };
        listeners.push(check);
        check();
      }),
  };
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export function refusal(code: Parameters<typeof errorOf>[0], detail?: string): Answer {
  const { message, action } = errorOf(code);
  const body = {
    success: false,
    message,
    error_code: code,
    action,
    ...(detail === undefined ? {} : { detail }),
  };
  return (response) => json(response, 409, body);
}

/** Never answers; the connection stays until the service goes down. */
export const silence: Answer = () => undefined;

function digestOf(held: readonly Held[]): string {
  const digest = createHash('sha256');
  for (const { sha256 } of held) digest.update(sha256, 'hex');
  return digest.digest('hex');
}
