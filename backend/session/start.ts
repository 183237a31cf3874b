import { kindOf, mediaTypeOf } from '../../contract/channel.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { startableFor } from '../access/caller.ts';
import { newId } from '../access/secret.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord, StreamRecord, TokenRecord } from '../store/records.ts';
import { heldConsent, receiptIn, type Start } from './consent.ts';
import { newsOf } from './tell.ts';

/**
 * Starts a session: one stream per channel, under the policy in force, which is the session's from here on.
 * The same request again finds what the first one made. Errors: `token-foreign`, `proof-refused`, `out-of-scope`,
 * `bad-request`, `policy-forbids`, `consent-missing`, `not-now` where the session was started with other channels or by
 * another receipt.
 */
export function startSession(
  parts: Parts,
  { sha256 }: TokenRecord,
  start: Start,
): Promise<Result<SessionRecord>> {
  return parts.turns(start.session_id, async () => {
    // As it is now: a start just before this one may have bound it.
    const token = await parts.store.tokenBySha256(sha256);
    if (token === undefined) return fail('not-authorised');
    const startable = await startableFor(parts, token, start.session_id);
    if (!startable.ok) return startable;
    const beyond = beyondScope(token, start);
    if (beyond !== undefined) return fail('out-of-scope', beyond);
    const { value: session } = startable;
    return session.status === 'created'
      ? begin(parts, token, session, start)
      : foundAgain(parts, session, start);
  });
}

async function begin(
  parts: Parts,
  token: TokenRecord,
  session: SessionRecord,
  start: Start,
): Promise<Result<SessionRecord>> {
  const { policy } = await parts.policies.inForce(session);
  // A token without a session was let in by the policy of the first collection, which may be another.
  if (token.possession === 'bearer' && !policy.bearerClients) return fail('proof-refused', 'there is none');
  const checked = checkChannels(start, policy);
  if (!checked.ok) return checked;
  const consent = await heldConsent(parts, token, session, policy, start);
  if (!consent.ok) return consent;
  if (!(await parts.store.bindToken(token, session.id))) return fail('token-foreign');
  const begun = { policy, ...consent.value, startedAt: Math.floor(parts.clock() / 1000) };
  const streams = start.channels.map((channel, position) => newStream(parts, session.id, channel, position));
  const news = await newsOf(parts, session, 'starting');
  if (!(await parts.store.startSession({ sessionId: session.id, ...begun, streams }, news.letters)))
    return fail('not-now', 'the session was started by another request');
  news.tell();
  return ok({ ...session, ...begun, status: 'starting' });
}

/** The first channel that this token may not start, if any. */
function beyondScope({ channels: allowed }: TokenRecord, { channels }: Start): string | undefined {
  if (allowed === null) return undefined;
  return channels.find(({ channel_id: id }) => !allowed.includes(id) && !allowed.includes(kindOf(id)))
    ?.channel_id;
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

async function foundAgain(
  parts: Parts,
  session: SessionRecord,
  { channels, consent_sha256: sha256, consent_jws: receipt }: Start,
): Promise<Result<SessionRecord>> {
  const streams = await parts.store.streamsOf([session.id]);
  const isSame =
    (sha256 ?? session.consentSha256) === session.consentSha256 &&
    // Each start is signed anew: the same request again has the same signature, another client's has not.
    (receipt ?? null) === receiptIn(session) &&
    streams.length === channels.length &&
    channels.every((channel) =>
      streams.some(
        (stream) =>
          stream.channelId === channel.channel_id &&
          stream.channelName === (channel.channel_name ?? null) &&
          stream.store === channel.store &&
          stream.fingerprint === (channel.fingerprint ?? null),
      ),
    );
  return isSame ? ok(session) : fail('not-now', 'the session was started by another request');
}

function newStream(
  { keyring }: Parts,
  sessionId: string,
  channel: Start['channels'][number],
  position: number,
): StreamRecord {
  const id = newId('rts-');
  return {
    id,
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
    measured: { timescale: null, mediaMs: 0 },
    // What is not kept needs no key.
    wrappedKey: channel.store ? keyring.wrapNew({ kind: 'stream', id }) : '',
    revokedAt: null,
  };
}
