import type { Parts } from '../parts.ts';
import type { CopyPlace } from '../store/records.ts';
import { noteCopy } from './noted.ts';

/** A recording that is deleted here and may lie elsewhere still: what is there is the admin's to delete. */
export type Left = { readonly videoId: string; readonly at: string };

/** Where those of a session, or of one of its streams, may lie elsewhere. To be asked in its turn, before they are deleted. */
export async function placesOf(
  { store }: Pick<Parts, 'store'>,
  sessionIds: readonly string[],
  streamId?: string,
): Promise<CopyPlace[]> {
  const places = await store.copyPlacesOf(sessionIds);
  if (streamId === undefined || places.length === 0) return places;
  const videos = await store.videosOf(sessionIds);
  const ofStream = new Set(videos.flatMap((video) => (video.streamId === streamId ? [video.id] : [])));
  return places.filter(({ videoId }) => ofStream.has(videoId));
}

/**
 * An entry for each, which names no person. Written before they are deleted: afterwards nobody would know of them, where the
 * process is killed in between.
 */
export async function noteLeft(parts: Parts, places: readonly CopyPlace[]): Promise<Left[]> {
  for (const each of places) await noteCopy(parts, each, undefined, 'copy.left', each.place);
  return leftAt(places);
}

export function leftAt(places: readonly CopyPlace[]): Left[] {
  return places.map(({ videoId, place }) => ({ videoId, at: place }));
}
