import type { z } from 'zod';
import { FRAGMENT_HEADERS, type Fragment } from '../../contract/fragment.ts';
import { errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import {
  ACCESS_TOKEN_HEADER,
  errorEnvelope,
  type FragmentList,
  type FragmentReceipt,
  fragmentList,
  fragmentReceipt,
  type SessionView,
  type StartSessionRequest,
  type StopSessionRequest,
  sessionView,
  success,
} from '../../contract/wire.ts';
import { serviceAddress } from './address.ts';
import { readAnswer } from './answer.ts';

/** A request that hangs must not hold up Stop or the queue behind it. */
const REQUEST_TIMEOUT_MS = 10_000;
/** The slowest line worth waiting for, 16 KiB/s: on it a fragment takes longer than a request may hang. */
const SLOWEST_BYTES_PER_MS = 16;

/** The routes of the media service that a client token may use. Errors come from the service or are `service-…`. */
export type ServiceClient = {
  readonly session: (token: string) => Promise<Result<SessionView>>;
  readonly start: (token: string, request: StartSessionRequest) => Promise<Result<SessionView>>;
  readonly pause: (token: string, atMs: number) => Promise<Result<SessionView>>;
  readonly resume: (token: string, atMs: number) => Promise<Result<SessionView>>;
  readonly stop: (token: string, request: StopSessionRequest) => Promise<Result<SessionView>>;
  readonly put: (token: string, rtstreamId: string, fragment: Fragment) => Promise<Result<FragmentReceipt>>;
  readonly list: (token: string, rtstreamId: string) => Promise<Result<FragmentList>>;
};

export function serviceClient(server: string, sessionId: string): ServiceClient {
  const address = serviceAddress(server);
  const own = `/capture/session/${sessionId}`;

  async function send<T>(
    method: string,
    path: string,
    token: string,
    answer: z.ZodType<T>,
    body?: { readonly bytes: Uint8Array | string; readonly headers: Record<string, string> },
  ): Promise<Result<T>> {
    if (!address.ok) return address;
    let status: number;
    let told: unknown;
    try {
      const response = await fetch(address.value + path, {
        method,
        headers: { [ACCESS_TOKEN_HEADER]: token, ...body?.headers },
        ...(body === undefined ? {} : { body: Buffer.from(body.bytes) }),
        signal: AbortSignal.timeout(
          REQUEST_TIMEOUT_MS + Math.ceil((body?.bytes.length ?? 0) / SLOWEST_BYTES_PER_MS),
        ),
        // Following a redirect could carry token and media to another host.
        redirect: 'manual',
      });
      status = response.status;
      told = await readAnswer(response);
    } catch (error) {
      return fail('service-unreachable', reason(error));
    }
    const good = success(answer).safeParse(told);
    if (good.success) return ok(good.data.data as T);
    const bad = errorEnvelope.safeParse(told);
    if (bad.success) {
      const { error_code: code, message, action, detail } = bad.data;
      const { retryable } = errorOf(code);
      const error = { code, message, action, retryable, ...(detail === undefined ? {} : { detail }) };
      // Whatever a service repeats of the request, the token does not get into a log or a face.
      return { ok: false, error: withoutToken(error, token) };
    }
    return fail('service-failed', `${method} ${path} answered ${status}`);
  }

  function post(path: string, token: string, value: object): Promise<Result<SessionView>> {
    const headers = { 'content-type': 'application/json' };
    return send('POST', path, token, sessionView, { bytes: JSON.stringify(value), headers });
  }

  return {
    session: (token) => send('GET', own, token, sessionView),
    start: (token, request) => post('/capture/session/start', token, request),
    pause: (token, atMs) => post(`${own}/pause`, token, { at_ms: atMs }),
    resume: (token, atMs) => post(`${own}/resume`, token, { at_ms: atMs }),
    stop: (token, request) => post(`${own}/stop`, token, request),
    list: (token, rtstreamId) => send('GET', `${streamPath(rtstreamId)}/fragments`, token, fragmentList),
    put: async (token, rtstreamId, { header, bytes }) => {
      const path = `${streamPath(rtstreamId)}/fragment/${header.take}/${header.sequence}`;
      const answer = await send('PUT', path, token, fragmentReceipt, {
        bytes,
        headers: {
          'content-type': 'video/mp4',
          // RFC 9530, section 2.
          [FRAGMENT_HEADERS.contentDigest]: `sha-256=:${Buffer.from(header.sha256, 'hex').toString('base64')}:`,
          [FRAGMENT_HEADERS.crc32]: header.crc32,
          [FRAGMENT_HEADERS.startedAtMs]: String(header.startedAtMs),
          [FRAGMENT_HEADERS.durationMs]: String(header.durationMs),
          [FRAGMENT_HEADERS.pausedBeforeMs]: String(header.pausedBeforeMs),
        },
      });
      // The digest is checked on this side too: a receipt for other bytes is no receipt.
      if (answer.ok && (answer.value.sha256 !== header.sha256 || answer.value.bytes !== header.bytes))
        return fail('digest-mismatch', `receipt for ${header.channelId} ${header.take}/${header.sequence}`);
      return answer;
    },
  };
}

function streamPath(rtstreamId: string): string {
  return `/rtstream/${encodeURIComponent(rtstreamId)}`;
}

function withoutToken(error: TallylightError, token: string): TallylightError {
  const clean = (text: string) => text.replaceAll(token, '…');
  return {
    ...error,
    message: clean(error.message),
    action: clean(error.action),
    ...(error.detail === undefined ? {} : { detail: clean(error.detail) }),
  };
}

/** Why a request did not get through, without addresses of ours or anybody's token. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
