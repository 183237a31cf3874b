import { createHash } from 'node:crypto';
import { timescaleOf, timingOf } from '../../contract/mp4.ts';
import { ok, type Result } from '../../contract/result.ts';
import { type Format, formatsOf } from '../../contract/timeline.ts';
import { newId } from '../access/secret.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord, VideoRecord } from '../store/records.ts';
import { assembled } from './assemble.ts';

/** The videos of a stored stream, one per format; none where it has no media. Error: `vault-damaged`. */
export async function makeVideos(
  parts: Parts,
  session: SessionRecord,
  stream: StreamRecord,
  fragments: readonly FragmentRecord[],
): Promise<Result<VideoRecord[]>> {
  const videos: VideoRecord[] = [];
  for (const format of formatsOf(fragments)) {
    const measured = await measure(parts, session, stream, fragments, format);
    if (!measured.ok) return measured;
    videos.push({
      id: newId('vid-'),
      sessionId: session.id,
      streamId: stream.id,
      part: videos.length + 1,
      format: format.sha256,
      takes: format.takes.size,
      fragments: fragments.filter((fragment) => format.takes.has(fragment.take)).length,
      createdAt: Math.floor(parts.clock() / 1000),
      ...measured.value,
    });
  }
  return ok(videos);
}

type Measure = Pick<VideoRecord, 'lengthSeconds' | 'sizeBytes' | 'sha256'>;

/** Puts the file together once without keeping it, to know what every download will be. */
async function measure(
  parts: Parts,
  session: SessionRecord,
  stream: StreamRecord,
  fragments: readonly FragmentRecord[],
  format: Format,
): Promise<Result<Measure>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let timescale = 0;
  let endTicks = 0;
  for await (const piece of assembled(parts, session, stream, fragments, format)) {
    if (!piece.ok) return piece;
    hash.update(piece.value);
    sizeBytes += piece.value.length;
    timescale ||= timescaleOf(piece.value) ?? 0;
    const timing = timingOf(piece.value);
    if (timing !== undefined) endTicks = Math.max(endTicks, timing.startTicks + timing.durationTicks);
  }
  return ok({ lengthSeconds: endTicks / timescale, sizeBytes, sha256: hash.digest('hex') });
}
