import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { kindOf, mediaTypeOf } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { FragmentReceipt, ManifestChannel, SessionView, TokenGrant } from '../../contract/wire.ts';
import type { Piece } from './media.ts';

/** `data` is what the test expects it to be; its assertions tell. */
export type Answer<T> = {
  readonly status: number;
  readonly data: T;
  readonly error_code?: ErrorCode;
  readonly detail?: string;
};

type Place = { readonly url: string };

export async function call<T = SessionView>(
  { url }: Place,
  method: string,
  path: string,
  secret?: string,
  body?: unknown,
): Promise<Answer<T>> {
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { 'x-access-token': secret }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...JSON.parse(await response.text()) };
}

/** The headers that go with a fragment. */
export function headersOf(piece: Piece, secret: string): Record<string, string> {
  return {
    'x-access-token': secret,
    'content-digest': `sha-256=:${createHash('sha256').update(piece.bytes).digest('base64')}:`,
    'x-tallylight-crc32': crc32(piece.bytes).toString(16).padStart(8, '0'),
    'x-tallylight-started-at-ms': String(piece.startedAtMs),
    'x-tallylight-duration-ms': String(piece.durationMs),
    'x-tallylight-paused-before-ms': String(piece.pausedBeforeMs),
  };
}

export async function put(
  { url }: Place,
  streamId: string,
  piece: Piece,
  secret: string,
  headers: Record<string, string> = {},
): Promise<Answer<FragmentReceipt>> {
  const response = await fetch(`${url}/rtstream/${streamId}/fragment/${piece.take}/${piece.sequence}`, {
    method: 'PUT',
    headers: { ...headersOf(piece, secret), ...headers },
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
  const answer = await call(place, 'POST', '/capture/session/start', grant.token, startOf(id, ...channels));
  expect(answer).toMatchObject({ status: 200 });
  const session = answer.data;
  return { session, token: grant.token, streams: session.rtstreams.map((stream) => stream.rtstream_id) };
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
