import { expect } from 'vitest';
import type { SessionView, TokenGrant } from '../../contract/wire.ts';
import { type Piece, takeOf } from './media.ts';
import { call, deliver, manifestOf, type Place, type Started, start, stopOf } from './recorder.ts';

export type Wanted = {
  readonly endUserId: string;
  readonly collection?: string;
  readonly metadata?: object;
  readonly callbackUrl?: string;
  /** `+` in front of one that is kept; a kept one gets a take of sound. */
  readonly channels?: readonly string[];
  /** Left as it is after this step; default: stopped, with its videos. */
  readonly until?: 'created' | 'started' | 'delivered';
};

export type Recorded = Started & { readonly take: readonly Piece[] };

/** A session of somebody, recorded as far as wanted. */
export async function recorded(place: Place, key: string, wanted: Wanted): Promise<Recorded> {
  const { endUserId, collection = 'default', channels = ['+mic:default'], until } = wanted;
  const created = await call(place, 'POST', `/collection/${collection}/capture/session`, key, {
    end_user_id: endUserId,
    ...(wanted.metadata === undefined ? {} : { metadata: wanted.metadata }),
    ...(wanted.callbackUrl === undefined ? {} : { callback_url: wanted.callbackUrl }),
  });
  expect(created).toMatchObject({ status: 200 });
  const take = takeOf({ seconds: 1 });
  if (until === 'created') return { session: created.data, token: '', streams: [], take };
  const { id } = created.data;
  const wish = { session_id: id };
  const { data: grant } = await call<TokenGrant>(place, 'POST', '/capture/session/token', key, wish);
  const answer = await start(place, grant.token, id, ...channels);
  expect(answer).toMatchObject({ status: 200 });
  const streams = answer.data.rtstreams.map((stream) => stream.rtstream_id);
  const made = { session: answer.data, token: grant.token, streams, take };
  if (until === 'started') return made;
  const kept = channels.flatMap((channel, index) => (channel.startsWith('+') ? [index] : []));
  for (const index of kept) await deliver(place, streams[index] ?? '', take, grant.token);
  if (until === 'delivered') return made;
  const manifests = kept.map((index) => manifestOf((channels[index] ?? '').slice(1), take));
  const stopped = await call<SessionView>(
    place,
    'POST',
    `/capture/session/${id}/stop`,
    grant.token,
    stopOf(...manifests),
  );
  expect(stopped).toMatchObject({ status: 200, data: { status: 'stopped' } });
  return { ...made, session: stopped.data };
}
