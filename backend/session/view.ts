import { type ChannelKind, kindOf } from '../../contract/channel.ts';
import type { RtStream, SessionView, VideoView } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { SessionRecord, StreamRecord, VideoRecord } from '../store/records.ts';
import { primaryVideo } from './export.ts';

const CATEGORY: { readonly [K in ChannelKind]: RtStream['channel_id'] } = {
  mic: 'mic',
  system_audio: 'system_audio',
  display: 'screen',
};

/** Sessions as the API shows them, in the order given. */
export async function viewsOf(parts: Parts, sessions: readonly SessionRecord[]): Promise<SessionView[]> {
  const ids = sessions.map((session) => session.id);
  const streams = await parts.store.streamsOf(ids);
  const videos = await parts.store.videosOf(ids);
  const views: SessionView[] = [];
  for (const session of sessions) {
    const { policy, jws } = await parts.policies.inForce(session);
    const own = streams.filter((stream) => stream.sessionId === session.id);
    const made = videos.filter((video) => video.sessionId === session.id);
    const isExported = session.status === 'exported';
    const primary = own.find((stream) => stream.type === 'video')?.channelId ?? null;
    views.push({
      id: session.id,
      session_id: session.id,
      collection_id: session.collectionId,
      end_user_id: session.endUserId,
      client_id: null,
      status: session.status,
      callback_url: session.callbackUrl,
      metadata: session.metadata,
      created_at: session.createdAt,
      primary_video_channel_id: primary,
      exported_video_id: isExported ? (primaryVideo(own, made)?.id ?? null) : null,
      export_status: isExported ? 'exported' : null,
      channels: own.map((stream) => ({
        channel_id: stream.channelId,
        name: stream.channelName ?? stream.channelId,
        type: stream.type,
        store: stream.store,
        is_primary: stream.channelId === primary,
        ...(stream.fingerprint === null ? {} : { fingerprint: stream.fingerprint }),
      })),
      rtstreams: own.map((stream) => streamView(session, stream)),
      videos: made.map((video) => videoViewOf(video, nameOf(own, video.streamId))),
      policy,
      policy_jws: jws,
      consent_jws: session.consentJws,
      delivery_jws: session.deliveryJws,
      revoked: own.filter((stream) => stream.revokedAt !== null).map((stream) => stream.channelId),
    });
  }
  return views;
}

function nameOf(streams: readonly StreamRecord[], id: string): string {
  const stream = streams.find((one) => one.id === id);
  if (stream === undefined) throw new Error('a video is of a stream of its session');
  return stream.channelId;
}

export async function viewOf(parts: Parts, session: SessionRecord): Promise<SessionView> {
  const [view] = await viewsOf(parts, [session]);
  if (view === undefined) throw new Error('one session gives one view');
  return view;
}

/** `name` is the id of its channel. */
export function videoViewOf(video: VideoRecord, name: string): VideoView {
  return {
    id: video.id,
    session_id: video.sessionId,
    rtstream_id: video.streamId,
    name,
    length: video.lengthSeconds,
    size: video.sizeBytes,
    sha256: video.sha256,
    takes: video.takes,
    fragments: video.fragments,
    created_at: video.createdAt,
  };
}

function streamView(session: SessionRecord, stream: StreamRecord): RtStream {
  return {
    rtstream_id: stream.id,
    channel_id: CATEGORY[kindOf(stream.channelId)],
    name: stream.channelId,
    status: streamStatus(session, stream),
    media_types: [stream.type],
    store: stream.store,
    fragments: stream.fragments,
    bytes: stream.bytes,
  };
}

/** While the session stops, a stored stream is `complete`, `incomplete` or `conflicting` by its counts. */
function streamStatus({ status, manifest }: SessionRecord, stream: StreamRecord): string {
  if (stream.revokedAt !== null) return 'revoked';
  if (status === 'active' && stream.fragments === 0) return 'starting';
  if (status !== 'stopping') return status;
  if (!stream.store) return 'stopped';
  const said = manifest?.channels.find((channel) => channel.channel_id === stream.channelId);
  const expected = said?.fragments ?? 0;
  if (stream.fragments < expected) return 'incomplete';
  return stream.fragments === expected && stream.bytes === (said?.bytes ?? 0) ? 'complete' : 'conflicting';
}
