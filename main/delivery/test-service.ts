import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { kindOf } from '../../contract/channel.ts';
import { COUNTERSIGNED_TYP, type CountersignedConsent } from '../../contract/consent.ts';
import { DELIVERY_TYP } from '../../contract/delivery-receipt.ts';
import { isAllowed, POLICY_TYP, type PolicyClaims } from '../../contract/policy.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import {
  DELETION_TYP,
  deletionsRequest,
  POLICY_VERSION_HEADER,
  revokeConsentRequest,
  type SessionStatus,
  type StopSessionRequest,
  sessionView,
  startSessionRequest,
  stopSessionRequest,
  TOKEN_ACTIONS,
} from '../../contract/wire.ts';
import { checkConsent } from './test-consent.ts';
import { checkManifest, deliveryOf } from './test-delivery.ts';
import { BARE_VIEW, testSettings } from './test-settings.ts';
import { testSigner } from './test-signer.ts';
import {
  type Held,
  isWhole,
  listed,
  newStream,
  putFragment,
  type Stream,
  streamViews,
} from './test-streams.ts';
import { type TokenFamily, testTokens } from './test-tokens.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: Buffer;
};
/** What is answered in place of what the service would say; undefined: nothing at all. */
type Answer = (response: ServerResponse) => void;

export const TEST_TOKEN = 'st-first-token-of-the-session';

/** A strict media service of one session for tests: whatever it does not expect makes the test fail. */
export type TestService = Awaited<ReturnType<typeof startTestService>>;

export async function startTestService(sessionId: string) {
  const tokens = testTokens(TEST_TOKEN);
  const signer = testSigner();
  const streams: Stream[] = [];
  const asked: Asked[] = [];
  const script: { readonly matches: RegExp; readonly answer: Answer; readonly isDone: boolean }[] = [];
  const unexpected: string[] = [];
  const sockets = new Set<Socket>();
  const settings = testSettings();
  let consent: string | null = null;
  let delivery: string | null = null;
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

  const nowMs = () => Date.now() + settings.clockAheadMs;

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
    response.setHeader('date', new Date(nowMs()).toUTCString());
    if (`${told.method} ${told.path}` === 'GET /.well-known/jwks.json') json(response, 200, signer.keys);
    else await respondToToken(told, request, response);
    for (const listener of listeners) listener();
  }

  async function respondToToken(told: Asked, request: IncomingMessage, response: ServerResponse) {
    const { method, path, token } = told;
    const url = `http://127.0.0.1:${port}${path.replace(/\?.*/, '')}`;
    const proof = request.headers.dpop === undefined ? undefined : String(request.headers.dpop);
    const family = await tokens.check({ method, url, token, proof, nowMs: nowMs() });
    if (family.ok) response.setHeader(POLICY_VERSION_HEADER, settings.policy.version);
    const planned = script.findIndex(({ matches }) => matches.test(`${method} ${path}`));
    const [plan] = planned === -1 ? [] : script.splice(planned, 1);
    if (plan?.isDone === false) return plan.answer(response);
    const result = family.ok ? await answer(told, request, family.value) : family;
    if (plan !== undefined) return plan.answer(response);
    if (result.ok) json(response, 200, { success: true, data: result.value });
    else refusal(result.error.code, result.error.detail)(response);
  }

  async function answer(
    { method, path, body }: Asked,
    request: IncomingMessage,
    family: TokenFamily,
  ): Promise<Result<unknown>> {
    const own = `/capture/session/${sessionId}`;
    if (settings.over !== undefined && path !== '/capture/deletions') return fail(settings.over);
    const [, id, tail = ''] = /^\/rtstream\/([\w-]+)\/(.+)$/.exec(path) ?? [];
    const stream = streams.find((candidate) => candidate.id === id);
    if (stream !== undefined && method === 'PUT') return put(stream, tail, body, request);
    if (stream !== undefined && method === 'GET' && tail === 'fragments') return ok(listed(stream));
    const told: unknown = body.length === 0 ? undefined : JSON.parse(body.toString());
    switch (`${method} ${path}`) {
      case `GET ${own}`:
        return ok(view());
      case 'POST /capture/session/start':
        return start(told, family);
      case `POST ${own}/pause`:
        return move(['starting', 'active'], 'paused');
      case `POST ${own}/resume`:
        return move(['paused'], 'active');
      case `POST ${own}/stop`:
        return stop(stopSessionRequest.parse(told), family);
      case `POST ${own}/consent/revoke`:
        return revoke(told);
      case 'POST /capture/session/token/renew':
        return settings.mayRenew ? ok(grant(family)) : fail('token-expired');
      case 'POST /capture/deletions':
        return deletions(told);
      default:
        unexpected.push(`${method} ${path}`);
        return fail('bad-request');
    }
  }

  async function start(request: unknown, { jkt }: TokenFamily): Promise<Result<unknown>> {
    const asked = startSessionRequest.parse(request);
    if (asked.session_id !== sessionId || settings.status !== 'created') return fail('not-now');
    const { version: policyVersion } = settings.policy;
    const agreed = await checkConsent(asked, { sessionId, endUserId: 'ada', policyVersion, jkt });
    if (!agreed.ok) return agreed;
    const held: CountersignedConsent = {
      session_id: sessionId,
      receipt: agreed.value,
      jkt: jkt ?? null,
      iat: Math.floor(nowMs() / 1000),
    };
    consent =
      settings.consentJws === undefined ? signer.sign(COUNTERSIGNED_TYP, held) : settings.consentJws(held);
    for (const { channel_id: name, store } of asked.channels) streams.push(newStream(name, store));
    settings.status = 'starting';
    return ok(view());
  }

  function revoke(request: unknown): Result<unknown> {
    const { channel_id, erase } = revokeConsentRequest.parse(request);
    const stream = streams.find(({ name }) => name === channel_id);
    if (stream === undefined) return fail('channel-unknown', channel_id);
    stream.isRevoked = true;
    if (erase) Object.assign(stream, { held: [], isErased: true });
    return ok(view());
  }

  function deletions(request: unknown): Result<unknown> {
    const { session_ids } = deletionsRequest.parse(request);
    const found = settings.deleted.filter(({ session_id }) => session_ids.includes(session_id));
    const iat = Math.floor(nowMs() / 1000);
    const signed = found.map((claims) => signer.sign(DELETION_TYP, { ...claims, iat }));
    return ok({ deletions: [...settings.tombstones, ...signed] });
  }

  function move(from: readonly SessionStatus[], to: SessionStatus): Result<unknown> {
    if (!from.includes(settings.status)) return fail('session-ended', settings.status);
    settings.status = to;
    return ok(view());
  }

  async function stop(told: StopSessionRequest, { jkt }: TokenFamily): Promise<Result<unknown>> {
    if (settings.status === 'created') return fail('not-now');
    const signed = await checkManifest(told, sessionId, jkt);
    if (!signed.ok) return signed;
    manifest = told;
    settings.status = isWhole(streams, told) ? 'stopped' : 'stopping';
    const held = deliveryOf(sessionId, streams, told, nowMs());
    const signing = settings.deliveryJws ?? ((claims) => signer.sign(DELIVERY_TYP, claims));
    if (settings.status === 'stopped') delivery = signing(held);
    return ok(view());
  }

  function put(stream: Stream, tail: string, body: Buffer, request: IncomingMessage): Result<unknown> {
    const mode = stream.store ? 'keep' : 'live';
    if (!isAllowed(settings.policy, kindOf(stream.name), mode)) return fail('policy-forbids', stream.name);
    const taken = putFragment(stream, tail, body, request.headers);
    if (taken.ok && settings.status === 'starting') settings.status = 'active';
    return taken;
  }

  function view() {
    const { policy, status } = settings;
    const claims: PolicyClaims = {
      tenant: 'test',
      collection: 'default',
      iat: Math.floor(nowMs() / 1000),
      policy,
    };
    return sessionView.parse({
      id: sessionId,
      session_id: sessionId,
      ...BARE_VIEW,
      status,
      policy,
      policy_jws: settings.policyJws?.(claims) ?? signer.sign(POLICY_TYP, claims),
      consent_jws: consent,
      delivery_jws: delivery,
      ...streamViews(streams, status),
    });
  }

  function grant(family?: TokenFamily) {
    const token = tokens.issue(family);
    const actions = [...TOKEN_ACTIONS];
    return { token, expires_in: 600, expires_at: 4_000_000_000, session_id: sessionId, actions };
  }

  async function down(): Promise<void> {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  onTestFinished(async () => {
    if (http.listening) await down();
    if (unexpected.length > 0) throw new Error(`nobody expected ${unexpected.join(', ')}`);
    if (tokens.refused.length > 0 && !settings.mayRefuseProofs)
      throw new Error(`proofs were refused: ${tokens.refused.join(', ')}`);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    settings,
    signer,
    /** Known tokens; without them every request is `token-expired`. */
    tokens: tokens.families,
    refusedProofs: tokens.refused,
    asked,
    grant: () => grant(),
    consent: () => consent,
    delivery: () => delivery,
    down,
    up: () => up(port),
    manifest: () => manifest,
    /** What the service holds or passed on of a channel. */
    held: (name: string): readonly Held[] => streams.find((stream) => stream.name === name)?.held ?? [],
    stream: (name: string, store = true): Stream => {
      const stream = newStream(name, store);
      streams.push(stream);
      settings.status = 'active';
      return stream;
    },
    /** Answers the next request that matches with this instead, e.g. /^PUT/. */
    next: (matches: RegExp, answer: Answer) => void script.push({ matches, answer, isDone: false }),
    /** Does what the next request that matches asks for, and answers with this instead. */
    afterNext: (matches: RegExp, answer: Answer) => void script.push({ matches, answer, isDone: true }),
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
