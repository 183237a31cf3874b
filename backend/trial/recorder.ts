import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { kindOf, mediaTypeOf } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import {
  type FragmentReceipt,
  type ManifestChannel,
  type SessionView,
  stopSessionRequest,
  type TokenGrant,
} from '../../contract/wire.ts';
import { receiptOf, SOME_CLIENT, type TrialClient } from './client.ts';
import type { Piece } from './media.ts';

/** `data` is what the test expects it to be; its assertions tell. */
export type Answer<T> = {
  readonly status: number;
  readonly data: T;
  readonly error_code?: ErrorCode;
  readonly detail?: string;
};

/** `clock` is what the service thinks the time is, where the test turns it. */
export type Place = { readonly url: string; readonly clock?: { readonly now: number } };

/** The headers by which this client shows its token: with proof of possession, as every request of the real one. */
export async function shownBy(
  client: TrialClient,
  { url, clock }: Place,
  method: string,
  path: string,
  secret: string | undefined,
): Promise<Record<string, string>> {
  if (secret === undefined) return {};
  if (!secret.startsWith('st-')) return { 'x-access-token': secret };
  const nowMs = clock?.now ?? Date.now();
  const dpop = await client.proof({ method, url: url + path, token: secret, nowMs });
  return { 'x-access-token': secret, dpop };
}

export async function call<T = SessionView>(
  place: Place,
  method: string,
  path: string,
  secret?: string,
  body?: unknown,
  client = SOME_CLIENT,
): Promise<Answer<T>> {
  const response = await fetch(place.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(await shownBy(client, place, method, path, secret)),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(await signedWhereStop(path, body, client)) }),
  });
  return { status: response.status, ...JSON.parse(await response.text()) };
}

/** A client that stops signs what it says it made. What is no manifest, or is signed already, is sent as it is. */
export async function signedWhereStop(path: string, body: unknown, client: TrialClient): Promise<unknown> {
  const [, sessionId] = /^\/capture\/session\/([^/]+)\/stop$/.exec(path) ?? [];
  const manifest = stopSessionRequest.safeParse(body);
  if (sessionId === undefined || !manifest.success || manifest.data.manifest_jws !== undefined) return body;
  const { manifest_jws: _, ...said } = manifest.data;
  const claims = { ...said, session_id: sessionId, iat: Math.floor(Date.now() / 1000) };
  return { ...said, manifest_jws: await client.manifest(claims) };
}

/** The headers that say what a fragment is. */
export function headersOf(piece: Piece): Record<string, string> {
  return {
    'content-digest': `sha-256=:${createHash('sha256').update(piece.bytes).digest('base64')}:`,
    'x-tallylight-crc32': crc32(piece.bytes).toString(16).padStart(8, '0'),
    'x-tallylight-started-at-ms': String(piece.startedAtMs),
    'x-tallylight-duration-ms': String(piece.durationMs),
    'x-tallylight-paused-before-ms': String(piece.pausedBeforeMs),
  };
}

export async function put(
  place: Place,
  streamId: string,
  piece: Piece,
  secret: string,
  headers: Record<string, string> = {},
  client = SOME_CLIENT,
): Promise<Answer<FragmentReceipt>> {
  const path = `/rtstream/${streamId}/fragment/${piece.take}/${piece.sequence}`;
  const response = await fetch(place.url + path, {
    method: 'PUT',
    headers: { ...headersOf(piece), ...(await shownBy(client, place, 'PUT', path, secret)), ...headers },
    body: Buffer.from(piece.bytes),
  });
  return { status: response.status, ...JSON.parse(await response.text()) };
}

/** Delivers pieces in order, each of which must be taken. */
export async function deliver(place: Place, streamId: string, pieces: readonly Piece[], secret: string) {
  for (const piece of pieces)
    expect(await put(place, streamId, piece, secret)).toMatchObject({ status: 200 });
}

export type Started = {
  readonly session: SessionView;
  readonly token: string;
  /** Stream ids in the order of the channels. */
  readonly streams: readonly string[];
};

/** A session that is started with these channels; `+` in front of a channel id keeps it. */
export async function started(place: Place, key: string, ...channels: string[]): Promise<Started> {
  const created = await call(place, 'POST', '/collection/default/capture/session', key, {
    end_user_id: 'ada',
  });
  const { id } = created.data;
  const wish = { session_id: id };
  const { data: grant } = await call<TokenGrant>(place, 'POST', '/capture/session/token', key, wish);
  const answer = await start(place, grant.token, id, ...channels);
  expect(answer).toMatchObject({ status: 200 });
  const session = answer.data;
  return { session, token: grant.token, streams: session.rtstreams.map((stream) => stream.rtstream_id) };
}

/** Starts a session as a client whose person agreed to just that, under the policy that is in force. */
export async function start(place: Place, token: string, sessionId: string, ...channels: string[]) {
  return call(
    place,
    'POST',
    '/capture/session/start',
    token,
    await agreed(place, token, sessionId, ...channels),
  );
}

/** The request of `start`. */
export async function agreed(place: Place, token: string, sessionId: string, ...channels: string[]) {
  const { data } = await call(place, 'GET', `/capture/session/${sessionId}`, token);
  const person = data === undefined ? {} : { endUserId: data.end_user_id };
  const now = new Date(place.clock?.now ?? Date.now());
  const receipt = { ...receiptOf(sessionId, channels, data?.policy, person), agreedAt: now.toISOString() };
  return {
    ...startOf(sessionId, ...channels),
    consent_sha256: receipt.statementSha256,
    consent_jws: await SOME_CLIENT.consent(receipt),
  };
}

export function startOf(sessionId: string, ...channels: string[]) {
  return {
    session_id: sessionId,
    channels: channels.map((channel) => {
      const id = channel.replace(/^\+/, '');
      return { channel_id: id, type: mediaTypeOf(kindOf(id)), store: channel.startsWith('+') };
    }),
  };
}

export function manifestOf(channelId: string, pieces: readonly Piece[]): ManifestChannel {
  const digest = createHash('sha256');
  for (const { bytes } of pieces) digest.update(createHash('sha256').update(bytes).digest());
  return {
    channel_id: channelId,
    takes: new Set(pieces.map((piece) => piece.take)).size,
    fragments: pieces.length,
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes.length, 0),
    digest: digest.digest('hex'),
    dropped: 0,
  };
}

export function stopOf(...channels: ManifestChannel[]) {
  return { duration_ms: 3000, active_ms: 3000, channels };
}
