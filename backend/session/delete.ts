import { fail, ok, type Result } from '../../contract/result.ts';
import { DELETION_TYP, type DeletionClaims } from '../../contract/wire.ts';
import { removedOrLeft } from '../blobs/left-over.ts';
import type { Parts } from '../parts.ts';
import { type Left, noteLeft, placesOf } from '../redundancy/left.ts';
import type { SessionRecord, Tombstone } from '../store/records.ts';
import { endStreams } from './end.ts';
import { newsOf } from './tell.ts';

export type Deleted = {
  /** Another program reads the database, or the backups cannot be reached: its wrapped key is in those files still. */
  readonly waits: boolean;
  /** What lies elsewhere still. */
  readonly left: readonly Left[];
};

/**
 * Deletes a session with its keys, streams, fragments, videos and tokens, and leaves word of it for the client that still
 * holds a copy. Answers what lies elsewhere still. Error: `session-unknown`.
 */
export function deleteSession(parts: Parts, id: string): Promise<Result<Deleted>> {
  return parts.turns(id, async () => {
    const session = await parts.store.session(id);
    if (session === undefined) return fail('session-unknown', id);
    const streams = await parts.store.streamsOf([id]);
    // The key goes first: whatever stops this half-way, nobody can open what is left.
    const tombstone = await tombstoneOf(parts, session, null);
    const news = await newsOf(parts, session, 'deleted');
    const left = await noteLeft(parts, await placesOf(parts, [id]));
    if (!(await parts.store.deleteSession(id, tombstone, news.letters))) return fail('session-unknown', id);
    news.tell();
    const isScrubbed = await parts.store.scrub();
    await endStreams(parts, streams);
    await removedOrLeft(parts, parts.blobs.removeSession(id));
    return ok({ waits: !isScrubbed, left });
  });
}

/** The service's word that a session, or one channel of it, was deleted. It names no person. */
export async function tombstoneOf(
  { signer, clock }: Parts,
  { id: sessionId, tenantId }: Pick<SessionRecord, 'id' | 'tenantId'>,
  channelId: string | null,
): Promise<Tombstone> {
  const deletedAt = Math.floor(clock() / 1000);
  const claims: DeletionClaims = { session_id: sessionId, channel_id: channelId, iat: deletedAt };
  return { sessionId, tenantId, channelId, deletedAt, jws: await signer.sign(DELETION_TYP, claims) };
}
