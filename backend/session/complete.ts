import { kindOf } from '../../contract/channel.ts';
import { isAllowed } from '../../contract/policy.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import { policyFor } from '../policy/in-force.ts';
import type { SessionRecord, StreamRecord } from '../store/records.ts';
import { makeVideos } from '../video/make.ts';
import { endStreams } from './end.ts';
import { digestOf, type Held, signedReceipt } from './receipt.ts';
import { newsOf } from './tell.ts';

/**
 * Ends a stopping session if every stored stream is as its manifest says: makes the videos, which reads every fragment back,
 * and signs a receipt for all of it. Otherwise it stays `stopping`, and the counts of its streams say what is missing. To be called in the session's turn.
 * Errors: `vault-damaged`.
 */
export async function completeIfWhole(parts: Parts, session: SessionRecord): Promise<Result<SessionRecord>> {
  const streams = (await parts.store.streamsOf([session.id])).filter((stream) => stream.store);
  const said = (stream: StreamRecord) =>
    session.manifest?.channels.find((channel) => channel.channel_id === stream.channelId);
  const policy = await policyFor(parts.policies, session);
  const isCut = (stream: StreamRecord) =>
    stream.revokedAt !== null || !isAllowed(policy, kindOf(stream.channelId), 'keep');
  // Counts first: they cost nothing, and until the last fragment they differ.
  if (!streams.every((stream) => isCut(stream) || countsMatch(stream, said(stream)))) return ok(session);

  const held: Held[] = [];
  for (const stream of streams) {
    const fragments = await parts.store.fragmentsOf(stream.id);
    const manifest = said(stream);
    // What was refused for want of consent or by policy is missing at the end; what is there is what came before.
    if (!isCut(stream) && manifest !== undefined && digestOf(fragments) !== manifest.digest)
      return ok(session);
    const made = await makeVideos(parts, session, stream, fragments);
    if (!made.ok) return made;
    held.push({ stream, fragments, videos: made.value });
  }
  const videos = held.flatMap((each) => each.videos);
  const news = await newsOf(parts, session, 'stopped', { video_ids: videos.map((video) => video.id) });
  const endedAt = Math.floor(parts.clock() / 1000);
  const deliveryJws = await signedReceipt(parts, session, held);
  if (!(await parts.store.finishSession(session.id, { videos, deliveryJws, endedAt }, news.letters)))
    // Another instance was faster, and its receipt is the one.
    return ok((await parts.store.session(session.id)) ?? session);
  await endStreams(parts, streams);
  news.tell();
  return ok({ ...session, status: 'stopped', deliveryJws });
}

/** The same where the caller has another answer to give: what is wrong goes to the log, and to the next stop. */
export async function completeIfStopping(parts: Parts, session: SessionRecord): Promise<void> {
  if (session.status !== 'stopping') return;
  const completed = await completeIfWhole(parts, session);
  if (completed.ok) return;
  const { code: error_code, detail: cause = '' } = completed.error;
  parts.log({ at: new Date(parts.clock()).toISOString(), type: 'fault', error_code, cause });
}

/** A channel that the manifest does not name made nothing. */
function countsMatch(stream: StreamRecord, said: ManifestChannel | undefined): boolean {
  return stream.fragments === (said?.fragments ?? 0) && stream.bytes === (said?.bytes ?? 0);
}
