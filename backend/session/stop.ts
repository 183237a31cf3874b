import { canonicalJson } from '../../contract/canonical.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { StopSessionRequest } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord, TokenRecord } from '../store/records.ts';
import { completeIfWhole } from './complete.ts';
import { endStreams } from './end.ts';
import { checkManifest } from './receipt.ts';
import { newsOf } from './tell.ts';

/**
 * Takes the recorder's word of what it made and holds the store against it: `stopped` where everything is
 * there, `stopping` until then. Asking again is welcome, also with a corrected manifest, until the session has
 * stopped. Errors: `session-unknown`, `not-now`, `bad-request`, `session-ended`, `vault-damaged`.
 */
export function stopSession(
  parts: Parts,
  token: TokenRecord,
  id: string,
  manifest: StopSessionRequest,
): Promise<Result<SessionRecord>> {
  return parts.turns(id, async () => {
    const session = await parts.store.session(id);
    if (session === undefined) return fail('session-unknown', id);
    if (session.status === 'created') return fail('not-now', 'the session was not started');
    const signed = await checkManifest(token, id, manifest);
    if (!signed.ok) return signed;
    if (session.manifest !== null && session.status !== 'stopping')
      return canonicalJson(session.manifest.channels) === canonicalJson(manifest.channels)
        ? ok(session)
        : fail('session-ended', 'another manifest was settled');
    const streams = await parts.store.streamsOf([id]);
    const named = new Set<string>();
    for (const { channel_id: channelId, fingerprint } of manifest.channels) {
      const stream = streams.find((one) => one.channelId === channelId);
      if (named.has(channelId) || stream === undefined)
        return fail('bad-request', `${channelId} is named twice or not of this session`);
      // Who says nothing of it is believed; who says it must say what was agreed to.
      if (fingerprint !== undefined && fingerprint !== stream.fingerprint)
        return fail('bad-request', `${channelId} is another display than at the start`);
      named.add(channelId);
    }

    const news = session.status === 'stopping' ? undefined : await newsOf(parts, session, 'stopping');
    const from = ['starting', 'active', 'paused', 'stopping'] as const;
    if (!(await parts.store.settleManifest(id, from, manifest, news?.letters)))
      return fail('session-ended', `the session is ${session.status}`);
    news?.tell();
    // What was never to be kept cannot arrive late either: those who listen are told now.
    await endStreams(
      parts,
      streams.filter((stream) => !stream.store),
    );
    return completeIfWhole(parts, { ...session, status: 'stopping', manifest });
  });
}
