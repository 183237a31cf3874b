import type { Selectable } from 'kysely';
import { z } from 'zod';
import { policy } from '../../contract/policy.ts';
import { sessionStatus, stopSessionRequest } from '../../contract/wire.ts';
import type { FragmentRecord, SessionRecord, StreamRecord, VideoRecord } from './store.ts';
import type { Tables } from './tables.ts';

const metadata = z.record(z.string(), z.json());

export function toSession(row: Selectable<Tables['capture_session']>): SessionRecord {
  return {
    id: row.id,
    collectionId: row.collection_id,
    endUserId: row.end_user_id,
    status: sessionStatus.parse(row.status),
    callbackUrl: row.callback_url,
    metadata: metadata.parse(JSON.parse(row.metadata)),
    createdAt: row.created_at,
    wrappedKey: row.wrapped_key,
    policy: row.policy === null ? null : policy.parse(JSON.parse(row.policy)),
    consentSha256: row.consent_sha256,
    manifest: row.manifest === null ? null : stopSessionRequest.parse(JSON.parse(row.manifest)),
  };
}

export function fromSession(session: SessionRecord): Tables['capture_session'] {
  return {
    id: session.id,
    collection_id: session.collectionId,
    end_user_id: session.endUserId,
    status: session.status,
    callback_url: session.callbackUrl,
    metadata: JSON.stringify(session.metadata),
    created_at: session.createdAt,
    wrapped_key: session.wrappedKey,
    policy: session.policy === null ? null : JSON.stringify(session.policy),
    consent_sha256: session.consentSha256,
    manifest: session.manifest === null ? null : JSON.stringify(session.manifest),
  };
}

export function toStream(row: Selectable<Tables['rtstream']>): StreamRecord {
  const { last_take: take, last_sequence: sequence } = row;
  return {
    id: row.id,
    sessionId: row.session_id,
    channelId: row.channel_id,
    channelName: row.channel_name,
    type: row.type,
    store: row.store === 1,
    fingerprint: row.fingerprint,
    position: row.position,
    last: take === null || sequence === null ? null : { take, sequence },
    fragments: row.fragments,
    bytes: row.bytes,
  };
}

export function fromStream(stream: StreamRecord): Tables['rtstream'] {
  return {
    id: stream.id,
    session_id: stream.sessionId,
    channel_id: stream.channelId,
    channel_name: stream.channelName,
    type: stream.type,
    store: stream.store ? 1 : 0,
    position: stream.position,
    last_take: stream.last?.take ?? null,
    last_sequence: stream.last?.sequence ?? null,
    fragments: stream.fragments,
    bytes: stream.bytes,
    fingerprint: stream.fingerprint,
  };
}

export function toFragment(row: Selectable<Tables['fragment']>): FragmentRecord {
  return {
    streamId: row.stream_id,
    take: row.take,
    sequence: row.sequence,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    pausedBeforeMs: row.paused_before_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    blob: row.blob,
    receivedAt: row.received_at,
  };
}

export function fromFragment(fragment: FragmentRecord): Tables['fragment'] {
  return {
    stream_id: fragment.streamId,
    take: fragment.take,
    sequence: fragment.sequence,
    started_at_ms: fragment.startedAtMs,
    duration_ms: fragment.durationMs,
    paused_before_ms: fragment.pausedBeforeMs,
    bytes: fragment.bytes,
    sha256: fragment.sha256,
    blob: fragment.blob,
    received_at: fragment.receivedAt,
  };
}

export function toVideo(row: Selectable<Tables['video']>): VideoRecord {
  return {
    id: row.id,
    sessionId: row.session_id,
    streamId: row.stream_id,
    name: row.name,
    part: row.part,
    format: row.format,
    lengthSeconds: row.length_seconds,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    takes: row.takes,
    fragments: row.fragments,
    createdAt: row.created_at,
  };
}

export function fromVideo(video: VideoRecord): Tables['video'] {
  return {
    id: video.id,
    session_id: video.sessionId,
    stream_id: video.streamId,
    name: video.name,
    part: video.part,
    format: video.format,
    length_seconds: video.lengthSeconds,
    size_bytes: video.sizeBytes,
    sha256: video.sha256,
    takes: video.takes,
    fragments: video.fragments,
    created_at: video.createdAt,
  };
}
