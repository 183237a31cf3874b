import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { kindOf } from '../../contract/channel.ts';
import { compareKeys, FRAGMENT_HEADERS } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { FragmentList, FragmentReceipt, StopSessionRequest } from '../../contract/wire.ts';

export type Held = {
  readonly take: number;
  readonly sequence: number;
  readonly bytes: number;
  readonly sha256: string;
};
export type Stream = {
  readonly id: string;
  readonly name: string;
  readonly store: boolean;
  held: Held[];
  /** The consent to it was taken back. */
  isRevoked: boolean;
  /** And nothing of it was to be left. */
  isErased: boolean;
};

export function newStream(name: string, store: boolean): Stream {
  return { id: `rts-${name.replace(':', '-')}`, name, store, held: [], isRevoked: false, isErased: false };
}

/** Takes one fragment as the service would. `place` is what follows `fragment/` in its path. */
export function putFragment(
  stream: Stream,
  place: string,
  body: Buffer,
  headers: IncomingHttpHeaders,
): Result<FragmentReceipt> {
  const [, take, sequence] = (/^fragment\/(\d+)\/(\d+)$/.exec(place) ?? []).map(Number);
  if (take === undefined || sequence === undefined) return fail('bad-request');
  if (stream.isRevoked) return fail('consent-revoked');
  const digest = createHash('sha256').update(body);
  const sha256 = digest.copy().digest('hex');
  if (headers[FRAGMENT_HEADERS.contentDigest] !== `sha-256=:${digest.digest('base64')}:`)
    return fail('digest-mismatch');
  if (headers[FRAGMENT_HEADERS.crc32] !== crc32(body).toString(16).padStart(8, '0'))
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
  return ok(receipt);
}

export function listed({ id, held }: Stream): FragmentList {
  const last = held.at(-1);
  const next =
    last === undefined ? { take: 1, sequence: 0 } : { take: last.take, sequence: last.sequence + 1 };
  return { rtstream_id: id, next, fragments: held };
}

/** Whether everything stored is there that the recorder says it made; what was revoked is nobody's loss. */
export function isWhole(streams: readonly Stream[], told: StopSessionRequest): boolean {
  return streams.every(({ name, store, held, isRevoked }) => {
    const said = told.channels.find(({ channel_id }) => channel_id === name);
    return (
      !store ||
      isRevoked ||
      (held.length === (said?.fragments ?? 0) && digestOf(held) === (said?.digest ?? digestOf([])))
    );
  });
}

/** What a session view says of its streams. */
export function streamViews(streams: readonly Stream[], status: string) {
  return {
    channels: streams.map(({ name, store }) => ({
      channel_id: name,
      name,
      type: 'audio' as const,
      store,
      is_primary: false,
    })),
    rtstreams: streams.map(({ id, name, store, held }) => ({
      rtstream_id: id,
      channel_id: kindOf(name) === 'display' ? ('screen' as const) : ('mic' as const),
      name,
      status,
      media_types: ['audio' as const],
      store,
      fragments: held.length,
      bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    revoked: streams.filter(({ isRevoked }) => isRevoked).map(({ name }) => name),
  };
}

export function digestOf(held: readonly Held[]): string {
  const digest = createHash('sha256');
  for (const { sha256 } of held) digest.update(sha256, 'hex');
  return digest.digest('hex');
}
