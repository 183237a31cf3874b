import type { Selectable } from 'kysely';
import { z } from 'zod';
import { policy } from '../../contract/policy.ts';
import { sessionStatus, stopSessionRequest, tokenAction } from '../../contract/wire.ts';
import { type Keyring, openText, sealText } from '../secrets/keyring.ts';
import type {
  FragmentRecord,
  KeyRecord,
  SessionRecord,
  StreamRecord,
  TokenRecord,
  VideoRecord,
} from './records.ts';
import { ENVIRONMENTS, ROLES } from './records.ts';
import type { Tables } from './tables.ts';

/** What is known of a session and says who or what: sealed with the session's own key. */
const sessionSecrets = z.object({
  endUserId: z.string(),
  callbackUrl: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  manifest: stopSessionRequest.nullable(),
  consentJws: z.string().nullable(),
  // Not in what was written before there were signed receipts.
  deliveryJws: z.string().nullable().default(null),
});
export type SessionSecrets = z.infer<typeof sessionSecrets>;

const streamSecrets = z.object({
  channelId: z.string(),
  channelName: z.string().nullable(),
  fingerprint: z.string().nullable(),
});

export const environment = z.enum(ENVIRONMENTS);
const roles = z.array(z.enum(ROLES));

export function sessionContext(id: string): string {
  return `tallylight session 1\n${id}`;
}

export function streamContext(id: string): string {
  return `tallylight stream 1\n${id}`;
}

type SessionRow = Selectable<Tables['capture_session']>;

export function toSession(keyring: Keyring, row: SessionRow): SessionRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    environment: environment.parse(row.environment),
    collectionId: row.collection_id,
    status: sessionStatus.parse(row.status),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    wrappedKey: row.wrapped_key,
    policy: row.policy === null ? null : policy.parse(JSON.parse(row.policy)),
    consentSha256: row.consent_sha256,
    ...secretsOf(keyring, row),
  };
}

export function secretsOf(
  keyring: Keyring,
  row: Pick<SessionRow, 'id' | 'wrapped_key' | 'sealed'>,
): SessionSecrets {
  const key = keyring.unwrap({ kind: 'session', id: row.id }, row.wrapped_key);
  return sessionSecrets.parse(JSON.parse(openText(key, sessionContext(row.id), row.sealed)));
}

export function sealedSecrets(
  keyring: Keyring,
  { id, wrapped_key }: Pick<SessionRow, 'id' | 'wrapped_key'>,
  { endUserId, callbackUrl, metadata, manifest, consentJws, deliveryJws }: SessionSecrets,
): string {
  const key = keyring.unwrap({ kind: 'session', id }, wrapped_key);
  const secrets: SessionSecrets = { endUserId, callbackUrl, metadata, manifest, consentJws, deliveryJws };
  return sealText(key, sessionContext(id), JSON.stringify(secrets));
}

export function fromSession(keyring: Keyring, session: SessionRecord): Tables['capture_session'] {
  const { id, tenantId, endUserId, wrappedKey } = session;
  return {
    id,
    tenant_id: tenantId,
    environment: session.environment,
    collection_id: session.collectionId,
    status: session.status,
    created_at: session.createdAt,
    started_at: session.startedAt,
    ended_at: session.endedAt,
    wrapped_key: wrappedKey,
    policy: session.policy === null ? null : JSON.stringify(session.policy),
    consent_sha256: session.consentSha256,
    subject: keyring.subjectOf(tenantId, endUserId),
    sealed: sealedSecrets(
      keyring,
      { id, wrapped_key: wrappedKey },
      { ...session, metadata: { ...session.metadata } },
    ),
  };
}

/** A row of a stream with the wrapped key of its session, which opens what is known of it. */
export type StreamRow = Selectable<Tables['rtstream']> & { readonly session_key: string };

export function toStream(keyring: Keyring, row: StreamRow): StreamRecord {
  const { last_take: take, last_sequence: sequence } = row;
  const key = keyring.unwrap({ kind: 'session', id: row.session_id }, row.session_key);
  return {
    id: row.id,
    sessionId: row.session_id,
    ...streamSecrets.parse(JSON.parse(openText(key, streamContext(row.id), row.sealed))),
    type: row.type,
    store: row.store === 1,
    position: row.position,
    last: take === null || sequence === null ? null : { take, sequence },
    fragments: row.fragments,
    bytes: row.bytes,
    measured: { timescale: row.timescale, mediaMs: row.media_ms },
    wrappedKey: row.wrapped_key,
    revokedAt: row.revoked_at,
  };
}

/** `sessionKey` is the session's data key as it is kept. */
export function fromStream(keyring: Keyring, sessionKey: string, stream: StreamRecord): Tables['rtstream'] {
  const { id, sessionId, channelId, channelName, fingerprint } = stream;
  const key = keyring.unwrap({ kind: 'session', id: sessionId }, sessionKey);
  return {
    id,
    session_id: sessionId,
    channel_id: keyring.channelIndex(sessionId, channelId),
    type: stream.type,
    store: stream.store ? 1 : 0,
    position: stream.position,
    last_take: stream.last?.take ?? null,
    last_sequence: stream.last?.sequence ?? null,
    fragments: stream.fragments,
    bytes: stream.bytes,
    timescale: stream.measured.timescale,
    media_ms: stream.measured.mediaMs,
    wrapped_key: stream.wrappedKey,
    revoked_at: stream.revokedAt,
    sealed: sealText(key, streamContext(id), JSON.stringify({ channelId, channelName, fingerprint })),
  };
}

export function toKey(row: Selectable<Tables['api_key']>): KeyRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    environment: environment.parse(row.environment),
    roles: roles.parse(row.roles.split(',')),
    name: row.name,
    prefix: row.prefix,
    sha256: row.sha256,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}

export function fromKey(key: KeyRecord): Tables['api_key'] {
  return {
    id: key.id,
    tenant_id: key.tenantId,
    environment: key.environment,
    roles: key.roles.join(','),
    name: key.name,
    prefix: key.prefix,
    sha256: key.sha256,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    last_used_at: key.lastUsedAt,
  };
}

export function toToken(row: Selectable<Tables['client_token']>): TokenRecord {
  return {
    sha256: row.sha256,
    tenantId: row.tenant_id,
    environment: environment.parse(row.environment),
    keyId: row.key_id,
    sessionId: row.session_id,
    family: row.family,
    beganAt: row.began_at,
    subject: row.subject,
    channels: row.channels === null ? null : z.array(z.string()).parse(JSON.parse(row.channels)),
    actions: z.array(tokenAction).parse(row.actions.split(',')),
    possession: row.possession,
    jkt: row.jkt,
    expiresAt: row.expires_at,
  };
}

export function fromToken(token: TokenRecord): Tables['client_token'] {
  return {
    sha256: token.sha256,
    tenant_id: token.tenantId,
    environment: token.environment,
    key_id: token.keyId,
    session_id: token.sessionId,
    family: token.family,
    began_at: token.beganAt,
    subject: token.subject,
    channels: token.channels === null ? null : JSON.stringify(token.channels),
    actions: token.actions.join(','),
    possession: token.possession,
    jkt: token.jkt,
    expires_at: token.expiresAt,
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
