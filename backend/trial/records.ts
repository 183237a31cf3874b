import { randomBytes } from 'node:crypto';
import { ownerContext } from '../secrets/keyring.ts';
import { masterOf } from '../secrets/master.ts';
import type {
  FragmentRecord,
  KeyRecord,
  SessionRecord,
  StreamRecord,
  TokenRecord,
  Tombstone,
  VideoRecord,
} from '../store/records.ts';

let count = 0;
/** A name that no other record has. */
export const fresh = (prefix: string) => `${prefix}${String(++count).padStart(8, '0')}`;

/** The master key of stores that are opened without a service. */
export const MASTER = masterOf(randomBytes(32));

export function aSession(more: Partial<SessionRecord> = {}): SessionRecord {
  const id = fresh('cap-');
  return {
    id,
    tenantId: 'default',
    environment: 'production',
    collectionId: 'default',
    endUserId: 'ada',
    status: 'created',
    callbackUrl: null,
    metadata: { team: 'häuser', nested: { list: [1, null, 'x'] } },
    createdAt: 1_900_000_000,
    startedAt: null,
    endedAt: null,
    wrappedKey: MASTER.wrap(ownerContext({ kind: 'session', id }), randomBytes(32)),
    policy: null,
    consentSha256: null,
    consentJws: null,
    manifest: null,
    deliveryJws: null,
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
    measured: { timescale: null, mediaMs: 0 },
    wrappedKey: '',
    revokedAt: null,
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

export function aKey(more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: fresh('key-'),
    tenantId: 'default',
    environment: 'production',
    roles: ['capture', 'admin'],
    name: 'ci',
    prefix: 'tl_live_abcdef',
    sha256: fresh('hash'),
    createdAt: 1_900_000_000,
    expiresAt: null,
    lastUsedAt: null,
    ...more,
  };
}

export function aToken(keyId: string, more: Partial<TokenRecord> = {}): TokenRecord {
  return {
    sha256: fresh('hash'),
    tenantId: 'default',
    environment: 'production',
    keyId,
    sessionId: null,
    family: fresh('fam-'),
    beganAt: 1,
    subject: null,
    channels: null,
    actions: ['look', 'start'],
    possession: 'open',
    jkt: null,
    expiresAt: 9,
    ...more,
  };
}

export function aTombstone(sessionId: string, channelId: string | null = null): Tombstone {
  return { sessionId, tenantId: 'default', channelId, deletedAt: 1_900_000_002, jws: fresh('jws') };
}
