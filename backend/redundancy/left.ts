import type { Parts } from '../parts.ts';
import type { CopyRecord } from '../store/records.ts';
import { noteCopy } from './noted.ts';

/** A recording that is deleted here and lies elsewhere still: what is there is the admin's to delete. */
export type Left = { readonly videoId: string; readonly at: string };

/** Those of a session, or of one of its streams, that arrived at a destination. To be asked before they are deleted. */
export async function arrivedOf(
  { store }: Pick<Parts, 'store'>,
  sessionIds: readonly string[],
  streamId?: string,
): Promise<CopyRecord[]> {
  const arrived = (await store.copiesOf(sessionIds)).filter(({ sentTo }) => sentTo !== '');
  if (streamId === undefined || arrived.length === 0) return arrived;
  const videos = await store.videosOf(sessionIds);
  const ofStream = new Set(videos.flatMap((video) => (video.streamId === streamId ? [video.id] : [])));
  return arrived.filter(({ videoId }) => ofStream.has(videoId));
}

/** An entry for each, once they are deleted here. It names no person. */
export async function noteLeft(parts: Parts, copies: readonly CopyRecord[]): Promise<Left[]> {
  for (const copy of copies) await noteCopy(parts, copy, undefined, 'copy.left', copy.sentTo);
  return copies.map(({ videoId, sentTo }) => ({ videoId, at: sentTo }));
}
