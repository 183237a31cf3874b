import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { FRAGMENT_HEADERS } from '../../contract/fragment.ts';
import { errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import {
  ACCESS_TOKEN_HEADER,
  DPOP_HEADER,
  errorEnvelope,
  POLICY_VERSION_HEADER,
  success,
} from '../../contract/wire.ts';
import type { ClientKey } from '../auth/client-key.ts';
import { readAnswer } from './answer.ts';
import { type RequestPatience, requestPatience } from './request-patience.ts';
import { unreached } from './unreached.ts';

/** Made anew where one was refused. */
const PROOFS = 3;

export type ServiceRequest<T> = {
  readonly method: string;
  /** Base address as `serviceAddress` gives it. */
  readonly server: string;
  readonly path: string;
  /** Absent where the route takes none. */
  readonly token?: string;
  readonly key: ClientKey;
  /** What is asked for, out of the JSON of the answer; undefined where it is not there. */
  readonly read: (told: unknown) => T | undefined;
  readonly body?: { readonly bytes: Uint8Array | string; readonly headers: Record<string, string> };
  /** What was learnt of the line by other requests; nothing where it is left out. */
  readonly patience?: RequestPatience;
  /** Ends it: its connection may be dead. */
  readonly cut?: AbortSignal;
  /** Which policy is in force, where an answer says so. */
  readonly onPolicyVersion?: ((version: number) => void) | undefined;
};

/** The `data` of an answer that says success. */
export function dataOf<T>(data: z.ZodType<T>): (told: unknown) => T | undefined {
  const envelope = success(data);
  return (told) => {
    const good = envelope.safeParse(told);
    return good.success ? (good.data.data as T) : undefined;
  };
}

/**
 * One request to the media service with its token and the proof that it is ours. Where the proof is refused, the answer
 * tells the service's clock, and it is tried again by that, and twice more: a proof is also refused where the request was
 * doubled on the way and the answer to the second one came back. Errors come from the service or are `service-…`.
 */
export async function askService<T>(request: ServiceRequest<T>): Promise<Result<T>> {
  let last = await attempt(request);
  for (let again = 0; last.isWorthAnother && again < PROOFS; again++) last = await attempt(request);
  return last.result;
}

async function attempt<T>(
  request: ServiceRequest<T>,
): Promise<{ result: Result<T>; isWorthAnother: boolean }> {
  const { method, path, token, key, body, cut, patience = requestPatience() } = request;
  const url = request.server + path;
  const proven =
    token === undefined
      ? {}
      : { [ACCESS_TOKEN_HEADER]: token, [DPOP_HEADER]: await key.proof({ method, url, token }) };
  const allowedMs = patience.msFor(body?.bytes.length ?? 0);
  const giveUp = AbortSignal.timeout(allowedMs);
  const beganMs = performance.now();
  let response: Response;
  let told: unknown;
  try {
    response = await fetch(url, {
      method,
      headers: { ...proven, ...(body === undefined ? {} : digested(body)) },
      ...(body === undefined ? {} : { body: Buffer.from(body.bytes) }),
      signal: cut === undefined ? giveUp : AbortSignal.any([giveUp, cut]),
      // Following a redirect could carry token and media to another host.
      redirect: 'manual',
    });
    told = await readAnswer(response);
    patience.answered(performance.now() - beganMs, allowedMs);
  } catch (error) {
    if (giveUp.aborted) patience.gaveUp();
    return { result: { ok: false, error: unreached(error) }, isWorthAnother: false };
  }
  const isClockKnown = key.heard(url, response.headers.get('date'));
  tellPolicyVersion(response, request.onPolicyVersion);
  const found = request.read(told);
  if (found !== undefined) return { result: ok(found), isWorthAnother: false };
  const error = refusalIn(told, token);
  if (error === undefined)
    return {
      result: fail('service-failed', `${method} ${path} answered ${response.status}`),
      isWorthAnother: false,
    };
  return { result: { ok: false, error }, isWorthAnother: error.code === 'proof-refused' && isClockKnown };
}

/** So that the service can tell whether it got what was sent: RFC 9530, section 2. */
function digested({ bytes, headers }: NonNullable<ServiceRequest<unknown>['body']>): Record<string, string> {
  const digest = createHash('sha256').update(bytes).digest('base64');
  return { [FRAGMENT_HEADERS.contentDigest]: `sha-256=:${digest}:`, ...headers };
}

function tellPolicyVersion(response: Response, tell: ServiceRequest<unknown>['onPolicyVersion']): void {
  const version = Number(response.headers.get(POLICY_VERSION_HEADER) ?? Number.NaN);
  if (Number.isSafeInteger(version) && version > 0) tell?.(version);
}

/** What the service says against it, with our own word on whether to try again. */
function refusalIn(told: unknown, token: string | undefined): TallylightError | undefined {
  const bad = errorEnvelope.safeParse(told);
  if (!bad.success) return undefined;
  const { error_code: code, message, action, detail } = bad.data;
  const { retryable } = errorOf(code);
  const error = { code, message, action, retryable, ...(detail === undefined ? {} : { detail }) };
  // Whatever a service repeats of the request, the token does not get into a log or a face.
  return token === undefined ? error : withoutToken(error, token);
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
