import type { z } from 'zod';
import { MANIFEST_TYP, type ManifestClaims } from '../../contract/delivery-receipt.ts';
import { FRAGMENT_HEADERS, type Fragment } from '../../contract/fragment.ts';
import { fail, type Result } from '../../contract/result.ts';
import {
  type DeletionList,
  type DeletionsRequest,
  deletionList,
  type FragmentList,
  type FragmentReceipt,
  fragmentList,
  fragmentReceipt,
  type KeySet,
  keySet,
  type RevokeConsentRequest,
  type SessionView,
  type StartSessionRequest,
  type StopSessionRequest,
  sessionView,
} from '../../contract/wire.ts';
import { type ClientKey, clientKey } from '../auth/client-key.ts';
import { serviceAddress } from './address.ts';
import { requestPatience } from './request-patience.ts';
import { askService, dataOf, type ServiceRequest } from './service-request.ts';

/**
 * The routes of the media service that a client token may use, each shown with the proof that the token is ours. Errors
 * come from the service or are `service-…`.
 */
export type ServiceClient = {
  readonly session: (token: string) => Promise<Result<SessionView>>;
  readonly start: (token: string, request: StartSessionRequest) => Promise<Result<SessionView>>;
  readonly pause: (token: string, atMs: number) => Promise<Result<SessionView>>;
  readonly resume: (token: string, atMs: number) => Promise<Result<SessionView>>;
  /** Says what was made, signed. */
  readonly stop: (token: string, manifest: Manifest) => Promise<Result<SessionView>>;
  /** Ends with `service-unreachable` where `cut` is aborted. */
  readonly put: (
    token: string,
    rtstreamId: string,
    fragment: Fragment,
    cut?: AbortSignal,
  ) => Promise<Result<FragmentReceipt>>;
  readonly list: (token: string, rtstreamId: string) => Promise<Result<FragmentList>>;
  readonly revokeConsent: (token: string, request: RevokeConsentRequest) => Promise<Result<SessionView>>;
  /** Which of these recordings were deleted on the service, each signed by it; whoever reads them verifies them. */
  readonly deletions: (token: string, request: DeletionsRequest) => Promise<Result<DeletionList>>;
  /** The keys the service signs with, as anybody may ask for them. */
  readonly keys: () => Promise<Result<KeySet>>;
};

export type ServiceClientOptions = {
  /** Told with every answer that says which policy is in force now. */
  readonly policyVersion?: (version: number) => void;
  /** What the tokens are bound to; the key of this process where it is left out. */
  readonly key?: ClientKey;
};

type Body = NonNullable<ServiceRequest<unknown>['body']>;

/** What was made of a session, before it is signed. */
export type Manifest = Omit<StopSessionRequest, 'manifest_jws'>;

/** `server` is the base address of the media service. */
export function serviceClient(
  server: string,
  sessionId: string,
  { policyVersion, key = clientKey }: ServiceClientOptions = {},
): ServiceClient {
  const address = serviceAddress(server);
  const own = `/capture/session/${sessionId}`;
  const patience = requestPatience();

  async function send<T>(
    method: string,
    path: string,
    token: string,
    data: z.ZodType<T>,
    body?: Body,
    cut?: AbortSignal,
  ): Promise<Result<T>> {
    if (!address.ok) return address;
    return askService({
      method,
      server: address.value,
      path,
      token,
      key,
      read: dataOf(data),
      patience,
      ...(body === undefined ? {} : { body }),
      ...(cut === undefined ? {} : { cut }),
      onPolicyVersion: policyVersion,
    });
  }

  function post<T>(path: string, token: string, data: z.ZodType<T>, value: object): Promise<Result<T>> {
    const headers = { 'content-type': 'application/json' };
    return send('POST', path, token, data, { bytes: JSON.stringify(value), headers });
  }

  return {
    session: (token) => send('GET', own, token, sessionView),
    start: (token, request) => post('/capture/session/start', token, sessionView, request),
    pause: (token, atMs) => post(`${own}/pause`, token, sessionView, { at_ms: atMs }),
    resume: (token, atMs) => post(`${own}/resume`, token, sessionView, { at_ms: atMs }),
    stop: async (token, request) => {
      const claims: ManifestClaims = {
        ...request,
        session_id: sessionId,
        iat: Math.floor(Date.now() / 1000),
      };
      const manifest_jws = await key.sign(MANIFEST_TYP, claims);
      return post(`${own}/stop`, token, sessionView, { ...request, manifest_jws });
    },
    list: (token, rtstreamId) => send('GET', `${streamPath(rtstreamId)}/fragments`, token, fragmentList),
    put: async (token, rtstreamId, { header, bytes }, cut) => {
      const path = `${streamPath(rtstreamId)}/fragment/${header.take}/${header.sequence}`;
      const headers = {
        'content-type': 'video/mp4',
        // RFC 9530, section 2.
        [FRAGMENT_HEADERS.contentDigest]: `sha-256=:${Buffer.from(header.sha256, 'hex').toString('base64')}:`,
        [FRAGMENT_HEADERS.crc32]: header.crc32,
        [FRAGMENT_HEADERS.startedAtMs]: String(header.startedAtMs),
        [FRAGMENT_HEADERS.durationMs]: String(header.durationMs),
        [FRAGMENT_HEADERS.pausedBeforeMs]: String(header.pausedBeforeMs),
      };
      const answer = await send('PUT', path, token, fragmentReceipt, { bytes, headers }, cut);
      // The digest is checked on this side too: a receipt for other bytes is no receipt.
      if (answer.ok && (answer.value.sha256 !== header.sha256 || answer.value.bytes !== header.bytes))
        return fail('digest-mismatch', `receipt for ${header.channelId} ${header.take}/${header.sequence}`);
      return answer;
    },
    revokeConsent: (token, request) => post(`${own}/consent/revoke`, token, sessionView, request),
    deletions: (token, request) => post('/capture/deletions', token, deletionList, request),
    // As RFC 7517 has it, without the envelope of the other answers.
    keys: async () =>
      address.ok
        ? askService({
            method: 'GET',
            server: address.value,
            path: '/.well-known/jwks.json',
            key,
            read: (told) => keySet.safeParse(told).data,
          })
        : address,
  };
}

function streamPath(rtstreamId: string): string {
  return `/rtstream/${encodeURIComponent(rtstreamId)}`;
}
