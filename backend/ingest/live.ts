import type { LiveFragment } from '../live/hub.ts';
import type { Parts } from '../parts.ts';
import { newsOf } from '../session/tell.ts';
import type { SessionRecord, StreamRecord } from '../store/records.ts';
import type { Arrival } from './arrival.ts';

export function toLive(stream: StreamRecord, { place, bytes, ...arrival }: Arrival): LiveFragment {
  return {
    header: {
      type: 'fragment',
      rtstream_id: stream.id,
      name: stream.channelId,
      ...place,
      started_at_ms: arrival.startedAtMs,
      duration_ms: arrival.durationMs,
      paused_before_ms: arrival.pausedBeforeMs,
      bytes: bytes.length,
      sha256: arrival.sha256,
    },
    bytes,
  };
}

/** Live means bytes: a session is active from the first fragment of any of its streams. */
export async function becomeActive(parts: Parts, session: SessionRecord): Promise<void> {
  if (session.status !== 'starting') return;
  const streams = await parts.store.streamsOf([session.id]);
  const news = await newsOf(parts, session, 'active', {
    rtstreams: streams.map(({ id, channelId, type }) => ({
      rtstream_id: id,
      name: channelId,
      media_types: [type],
    })),
  });
  if (await parts.store.moveSession(session.id, ['starting'], 'active', news.letters)) news.tell();
}
