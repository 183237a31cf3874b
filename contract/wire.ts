import { z } from 'zod';
import { channel, channelId, channelKind } from './channel.ts';
import { ERROR_CODES } from './errors.ts';
import { sessionId, sessionMs, sha256Hex } from './fragment.ts';
import { policy } from './policy.ts';

/** Schemas of the HTTP boundary: snake_case, one envelope, as the VideoDB-compatible API has it. */

export const ACCESS_TOKEN_HEADER = 'x-access-token';
export const DEFAULT_TOKEN_SECONDS = 600;
/** RFC 9449, section 4.1: a proof that the sender holds the key its token is bound to. */
export const DPOP_HEADER = 'dpop';
/** Answers to a client token say which policy is in force now, so that a change is known with the next fragment. */
export const POLICY_VERSION_HEADER = 'x-tallylight-policy-version';

/** `{success:true, data}`; the error form carries a stable code and what to do next. */
export function success<T extends z.ZodType>(data: T) {
  return z.object({ success: z.literal(true), data });
}
export const errorEnvelope = z.object({
  success: z.literal(false),
  message: z.string(),
  error_code: z.enum(ERROR_CODES),
  action: z.string(),
  detail: z.string().optional(),
});
export type ErrorEnvelope = z.infer<typeof errorEnvelope>;

export const sessionStatus = z.enum([
  'created',
  'starting',
  'active',
  'paused',
  'stopping',
  'stopped',
  'exported',
  'failed',
]);
export type SessionStatus = z.infer<typeof sessionStatus>;

/**
 * Whoever can be recorded has to be found again by the routes below `/user/`: `api_key` is a word of theirs, `.` and `..`
 * vanish from an address, and white space at the ends is trimmed by forms.
 */
export const endUserId = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => !['api_key', '.', '..'].includes(id), 'that is nobody')
  .refine(
    (id) => id === id.trim() && !/\p{Cc}/u.test(id),
    'no white space at the ends, no control characters',
  )
  .refine((id) => id.isWellFormed(), 'a lone half of a character');

export const createSessionRequest = z.object({
  end_user_id: endUserId,
  callback_url: z.url().max(2000).optional(),
  ws_connection_id: z.string().optional(),
  metadata: z.record(z.string(), z.json()).optional(),
});
export type CreateSessionRequest = z.infer<typeof createSessionRequest>;

/** What a client token may be used for. A token whose holder cannot prove possession never renews. */
export const TOKEN_ACTIONS = ['look', 'start', 'pause', 'deliver', 'stop', 'renew', 'revoke'] as const;
export const tokenAction = z.enum(TOKEN_ACTIONS);
export type TokenAction = z.infer<typeof tokenAction>;

export const createTokenRequest = z.object({
  expires_in: z.int().positive().optional(),
  /** Binds the token from the start; without it the token binds to the first session it starts. */
  session_id: sessionId.optional(),
  /** A token without a session starts only sessions of this person. */
  end_user_id: endUserId.optional(),
  /** Channel ids or kinds that may be started with it; absent: any. */
  channels: z
    .array(z.union([channelId, channelKind]))
    .min(1)
    .max(32)
    .optional(),
  /** Absent: all. */
  actions: z.array(tokenAction).min(1).optional(),
  /** RFC 7638 thumbprint of the client's key. Absent: the key of the client that first presents the token. */
  jkt: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
});
export type CreateTokenRequest = z.infer<typeof createTokenRequest>;
export const tokenGrant = z.object({
  token: z.string(),
  expires_in: z.int(),
  /** Unix time in seconds. */
  expires_at: z.int(),
  session_id: sessionId.nullable(),
  actions: z.array(tokenAction),
});
export type TokenGrant = z.infer<typeof tokenGrant>;

export const streamCategory = z.enum(['mic', 'screen', 'system_audio']);
export const rtstream = z.object({
  rtstream_id: z.string(),
  /** The category, as the SDK compares it; the full channel id is in `name`. */
  channel_id: streamCategory,
  name: channelId,
  status: z.string(),
  media_types: z.array(z.enum(['audio', 'video'])),
  store: z.boolean(),
  fragments: z.int(),
  bytes: z.int(),
});
export type RtStream = z.infer<typeof rtstream>;

export const startChannel = z.object({
  channel_id: channelId,
  channel_name: z.string().max(300).optional(),
  type: z.enum(['audio', 'video']),
  /** The HTTP API defaults to ephemeral. */
  store: z.boolean().default(false),
  /** Of a display, where the recorder knows it. */
  fingerprint: channel.shape.fingerprint,
});
export const startSessionRequest = z.object({
  session_id: sessionId,
  channels: z.array(startChannel).min(1).max(32),
  /** SHA-256 of the consent statement the person agreed to. */
  consent_sha256: sha256Hex.optional(),
  /** The consent receipt as the client signs it (contract/consent.ts); whoever can prove possession has to send it. */
  consent_jws: z.string().max(65_536).optional(),
});
export type StartSessionRequest = z.input<typeof startSessionRequest>;

/** What the recorder says it made, per channel; the service holds its store against it. */
export const manifestChannel = z.object({
  channel_id: channelId,
  takes: z.int().min(0),
  fragments: z.int().min(0),
  bytes: z.int().min(0),
  /** SHA-256 over the fragments' SHA-256 values in order (raw 32 bytes each). */
  digest: sha256Hex,
  /** Fragments of an ephemeral channel that were dropped unsent. */
  dropped: z.int().min(0),
  /** As at the start. */
  fingerprint: channel.shape.fingerprint,
});
export type ManifestChannel = z.infer<typeof manifestChannel>;
export const stopSessionRequest = z.object({
  duration_ms: sessionMs,
  active_ms: sessionMs,
  channels: z.array(manifestChannel),
  /** The same as the client signs it (contract/delivery-receipt.ts); whoever can prove possession has to send it. */
  manifest_jws: z.string().max(65_536).exactOptional(),
});
export type StopSessionRequest = z.infer<typeof stopSessionRequest>;

/** Reference to one stored channel of a session: a video in the API's words, audio only where it is sound. */
export const videoView = z.object({
  id: z.string(),
  session_id: sessionId,
  rtstream_id: z.string(),
  name: channelId,
  /** Seconds of media on the timeline without pauses. */
  length: z.number(),
  /** Bytes of the file that /download gives. */
  size: z.int(),
  sha256: sha256Hex,
  takes: z.int(),
  fragments: z.int(),
  created_at: z.int(),
});
export type VideoView = z.infer<typeof videoView>;

export const sessionView = z.object({
  id: sessionId,
  session_id: sessionId,
  collection_id: z.string(),
  end_user_id: z.string(),
  client_id: z.string().nullable(),
  status: sessionStatus,
  callback_url: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  created_at: z.int(),
  primary_video_channel_id: z.string().nullable(),
  exported_video_id: z.string().nullable(),
  export_status: z.string().nullable(),
  channels: z.array(
    z.object({
      channel_id: channelId,
      name: z.string(),
      type: z.enum(['audio', 'video']),
      store: z.boolean(),
      is_primary: z.boolean(),
      fingerprint: channel.shape.fingerprint,
    }),
  ),
  rtstreams: z.array(rtstream),
  /** The videos of the stored channels, once the session has stopped and every fragment is there. */
  videos: z.array(videoView),
  /** The policy that is in force now; a session that began under another one obeys the stricter of the two. */
  policy,
  /** The same, signed by the service (`policyClaims`). */
  policy_jws: z.string(),
  /** The consent receipt, countersigned (`countersignedConsent`); null before the start. */
  consent_jws: z.string().nullable(),
  /** The service's signed receipt for all that it holds of the session (`deliveryClaims`); null before it has stopped. */
  delivery_jws: z.string().nullable(),
  /** Channels whose consent was taken back. */
  revoked: z.array(channelId),
});
export type SessionView = z.infer<typeof sessionView>;

/** The service's word that one fragment is held (stored) or was passed on (ephemeral). */
export const fragmentReceipt = z.object({
  rtstream_id: z.string(),
  take: z.int(),
  sequence: z.int(),
  bytes: z.int(),
  sha256: sha256Hex,
  stored: z.boolean(),
  /** Unix time in milliseconds. */
  received_at: z.int(),
});
export type FragmentReceipt = z.infer<typeof fragmentReceipt>;

export const fragmentList = z.object({
  rtstream_id: z.string(),
  /** The place the service expects next in the last take it has seen. */
  next: z.object({ take: z.int(), sequence: z.int() }),
  fragments: z.array(z.object({ take: z.int(), sequence: z.int(), bytes: z.int(), sha256: sha256Hex })),
});
export type FragmentList = z.infer<typeof fragmentList>;

/** Text frame before each binary frame on /rtstream/{id}/live. */
export const liveHeader = z.object({
  type: z.literal('fragment'),
  rtstream_id: z.string(),
  name: channelId,
  take: z.int(),
  sequence: z.int(),
  started_at_ms: z.number(),
  duration_ms: z.number(),
  paused_before_ms: z.number(),
  bytes: z.int(),
  sha256: sha256Hex,
});
export type LiveHeader = z.infer<typeof liveHeader>;

/** One lifecycle event, on the collection's WebSocket and in webhooks. */
export const lifecycleEvent = z.object({
  channel: z.literal('capture_session'),
  event: z.string(),
  capture_session_id: sessionId,
  status: z.string(),
  timestamp: z.int(),
  data: z.record(z.string(), z.json()),
});
export type LifecycleEvent = z.infer<typeof lifecycleEvent>;

/** What concerns a whole organisation, told to its own webhook address only. */
export const TENANT_EVENTS = ['policy.changed', 'auth.burst'] as const;
export const tenantEvent = z.object({
  event: z.enum(TENANT_EVENTS),
  /** Unix time in milliseconds. */
  timestamp: z.int(),
  data: z.record(z.string(), z.json()),
});
export type TenantEvent = z.infer<typeof tenantEvent>;

/** What was exported of a session: the video of one of its channels. */
export const exportSessionRequest = z.object({
  /** Absent: the display, or else the first channel of sound. */
  video_channel_id: channelId.optional(),
  connection_id: z.string().optional(),
});
export const sessionExport = z.object({
  session_id: sessionId,
  video_channel_id: channelId,
  export_status: z.literal('exported'),
  video_id: z.string(),
  /** As in the session. */
  delivery_jws: z.string().nullable(),
});
export type SessionExport = z.infer<typeof sessionExport>;

/** The person takes their consent back for one channel; `erase`: and what was stored of it is to go. */
export const revokeConsentRequest = z.object({
  channel_id: channelId,
  erase: z.boolean(),
  /** On the session clock. */
  at_ms: sessionMs,
});
export type RevokeConsentRequest = z.infer<typeof revokeConsentRequest>;

/** Header `typ` of a deletion as the service signs it. */
export const DELETION_TYP = 'tallylight-deletion+jwt';
/** What was deleted on the service: a whole session, or one channel of it. It names no person. */
export const deletionClaims = z.object({
  session_id: sessionId,
  channel_id: channelId.nullable(),
  /** Unix time in seconds. */
  iat: z.int(),
});
export type DeletionClaims = z.infer<typeof deletionClaims>;

/** A client asks which of the recordings it still holds were deleted on the service. */
export const deletionsRequest = z.object({ session_ids: z.array(sessionId).max(500) });
export type DeletionsRequest = z.infer<typeof deletionsRequest>;
/** One JWS (`deletionClaims`) per deletion. */
export const deletionList = z.object({ deletions: z.array(z.string()) });
export type DeletionList = z.infer<typeof deletionList>;

/** `GET /.well-known/jwks.json`: the public keys of the service, RFC 7517. */
export const keySet = z.object({
  keys: z.array(
    z.looseObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    }),
  ),
});
export type KeySet = z.infer<typeof keySet>;
