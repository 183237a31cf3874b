import type { z } from 'zod';
import { kindOf, mediaTypeOf } from '../../contract/channel.ts';
import { DEFAULT_POLICY, isAllowed, type Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { startSessionRequest } from '../../contract/wire.ts';
import { newId } from '../access/secret.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord, StreamRecord, TokenRecord } from '../store/store.ts';
import { tellStatus } from './tell.ts';

type Start = z.output<typeof startSessionRequest>;

/**
 * Starts a session: one stream per channel, under the policy in force, which is the session's from here on.
 * The same request again finds what the first one made. Errors: `session-unknown`, `token-foreign`,
 * `bad-request`, `policy-forbids`, `not-now` where the session was started with other channels.
 */
export function startSession(parts: Parts, token: TokenRecord, start: Start): Promise<Result<SessionRecord>> {
  return parts.turns(start.session_id, async () => {
    if (token.sessionId !== null && token.sessionId !== start.session_id) return fail('token-foreign');
    const session = await parts.store.session(start.session_id);
    if (session === undefined) return fail('session-unknown', start.session_id);
    const policy = (await parts.store.policy()) ?? DEFAULT_POLICY;
    const checked =
      session.status === 'created' ? checkChannels(start, policy) : await same(parts, session, start);
    if (!checked.ok) return checked;
    if (!(await parts.store.bindToken(token, session.id))) return fail('token-foreign');
    if (session.status !== 'created') return ok(session);

    const streams = start.channels.map((channel, position) => newStream(session.id, channel, position));
    const consentSha256 = start.consent_sha256 ?? null;
    if (!(await parts.store.startSession({ sessionId: session.id, policy, consentSha256, streams })))
      return fail('not-now', 'the session was started by another request');
    tellStatus(parts, session, 'starting');
    return ok({ ...session, status: 'starting', policy, consentSha256 });
  });
}

function checkChannels({ channels }: Start, policy: Policy): Result<void> {
  const seen = new Set<string>();
  for (const { channel_id: id, type, store, fingerprint } of channels) {
    if (seen.has(id)) return fail('bad-request', `${id} is named twice`);
    seen.add(id);
    const kind = kindOf(id);
    if (mediaTypeOf(kind) !== type) return fail('bad-request', `${id} is not of type ${type}`);
    if (fingerprint !== undefined && kind !== 'display')
      return fail('bad-request', `${id} is no display and has a fingerprint`);
    const mode = store ? 'keep' : 'live';
    if (!isAllowed(policy, kind, mode)) return fail('policy-forbids', `${id}: ${mode}`);
  }
  return ok(undefined);
}

async function same(parts: Parts, session: SessionRecord, start: Start): Promise<Result<void>> {
  const streams = await parts.store.streamsOf([session.id]);
  const isSame =
    session.consentSha256 === (start.consent_sha256 ?? null) &&
    streams.length === start.channels.length &&
    start.channels.every((channel) =>
      streams.some(
        (stream) =>
          stream.channelId === channel.channel_id &&
          stream.channelName === (channel.channel_name ?? null) &&
          stream.store === channel.store &&
          stream.fingerprint === (channel.fingerprint ?? null),
      ),
    );
  return isSame ? ok(undefined) : fail('not-now', 'the session was started with other channels');
}

function newStream(sessionId: string, channel: Start['channels'][number], position: number): StreamRecord {
  return {
    id: newId('rts-'),
    sessionId,
    channelId: channel.channel_id,
    channelName: channel.channel_name ?? null,
    type: channel.type,
    store: channel.store,
    fingerprint: channel.fingerprint ?? null,
    position,
    last: null,
    fragments: 0,
    bytes: 0,
  };
}
