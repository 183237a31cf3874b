import type { FragmentRecord, SessionRecord, StreamRecord, VideoRecord } from '../store/store.ts';

let count = 0;
/** A name that no other record has. */
export const fresh = (prefix: string) => `${prefix}${String(++count).padStart(8, '0')}`;

export function aSession(more: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: fresh('cap-'),
    collectionId: 'default',
    endUserId: 'ada',
    status: 'created',
    callbackUrl: null,
    metadata: { team: 'häuser', nested: { list: [1, null, 'x'] } },
    createdAt: 1_900_000_000,
    wrappedKey: 'd3JhcHBlZA==',
    policy: null,
    consentSha256: null,
    manifest: null,
    ...more,
  };
}

export function aStream(sessionId: string, more: Partial<StreamRecord> = {}): StreamRecord {
  return {
    id: fresh('rts-'),
    sessionId,
    channelId: 'mic:default',
    channelName: null,
    type: 'audio',
    store: true,
    fingerprint: null,
    position: 0,
    last: null,
    fragments: 0,
    bytes: 0,
    ...more,
  };
}

export function aFragment(streamId: string, take: number, sequence: number): FragmentRecord {
  return {
    streamId,
    take,
    sequence,
    startedAtMs: 12.5,
    durationMs: 1000.25,
    pausedBeforeMs: 0,
    bytes: 5_000_000_000,
    sha256: 'a'.repeat(64),
    blob: `${take}.${sequence}`,
    receivedAt: 1_900_000_000_123,
  };
}

export function aVideo(stream: StreamRecord, more: Partial<VideoRecord> = {}): VideoRecord {
  return {
    id: fresh('vid-'),
    sessionId: stream.sessionId,
    streamId: stream.id,
    name: stream.channelId,
    part: 1,
    format: 'f',
    lengthSeconds: 1.5,
    sizeBytes: 6_000_000_000,
    sha256: 'b'.repeat(64),
    takes: 1,
    fragments: 2,
    createdAt: 1_900_000_001,
    ...more,
  };
}
