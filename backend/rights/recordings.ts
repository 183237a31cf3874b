import { createHash } from 'node:crypto';
import { type Format, formatsOf } from '../../contract/timeline.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord } from '../store/records.ts';
import { assembled } from '../video/assemble.ts';

/** The media of one channel in one format, whether its session has ended or not. */
export type Recording = {
  /** Of its video; of its stream where there is none yet. */
  readonly id: string;
  /** Tells channel and part: `mic-default-part1.mp4`. */
  readonly fileName: string;
  /** The same bytes every time. Throws where a fragment cannot be read. */
  readonly pieces: () => AsyncGenerator<Uint8Array>;
};

export async function recordingsOf(parts: Parts, session: SessionRecord): Promise<Recording[]> {
  const videos = await parts.store.videosOf([session.id]);
  const found: Recording[] = [];
  for (const stream of await parts.store.streamsOf([session.id])) {
    if (!stream.store) continue;
    const fragments = await parts.store.fragmentsOf(stream.id);
    for (const [index, format] of formatsOf(fragments).entries()) {
      const video = videos.find((each) => each.streamId === stream.id && each.format === format.sha256);
      found.push({
        id: video?.id ?? stream.id,
        fileName: `${stream.channelId.replace(':', '-')}-part${video?.part ?? index + 1}.mp4`,
        pieces: () => piecesOf(parts, session, stream, fragments, format),
      });
    }
  }
  return found;
}

/** The digest of the file; undefined where it cannot be read whole. */
export async function digestOf({ pieces }: Recording): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const piece of pieces()) hash.update(piece);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

/** What was found is a `vault-damaged`, which a stream of bytes has no other way to tell. */
class Damaged extends Error {}

async function* piecesOf(
  parts: Parts,
  session: SessionRecord,
  stream: StreamRecord,
  fragments: readonly FragmentRecord[],
  format: Format,
): AsyncGenerator<Uint8Array> {
  for await (const piece of assembled(parts, session, stream, fragments, format)) {
    if (!piece.ok) throw new Damaged(piece.error.detail);
    yield piece.value;
  }
}
