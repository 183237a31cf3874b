import type { z } from 'zod';
import { FRAGMENT_HEADERS, type Fragment } from '../../contract/fragment.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
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

/** A request that hangs must not hold up Stop or the queue behind it. */
const REQUEST_TIMEOUT_MS = 10_000;

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
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        // A redirect could carry token and media to another host.
        redirect: 'error',
      });
      status = response.status;
      told = await response.json();
    } catch (error) {
      return fail('service-unreachable', reason(error));
    }
    const good = success(answer).safeParse(told);
    if (good.success) return ok(good.data.data as T);
    const bad = errorEnvelope.safeParse(told);
    if (bad.success) {
      const { error_code, message, action, detail } = bad.data;
      const { retryable } = errorOf(error_code);
      return {
        ok: false,
        error: { code: error_code, message, action, retryable, ...(detail === undefined ? {} : { detail }) },
      };
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
    list: (token, rtstreamId) => send('GET', `/rtstream/${rtstreamId}/fragments`, token, fragmentList),
    put: async (token, rtstreamId, { header, bytes }) => {
      const path = `/rtstream/${rtstreamId}/fragment/${header.take}/${header.sequence}`;
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

/** Why a request did not get through, without addresses of ours or anybody's token. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
