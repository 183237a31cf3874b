import type { z } from 'zod';
import type { Policy } from '../../contract/policy.ts';
import type { SessionStatus, StopSessionRequest } from '../../contract/wire.ts';

/** Where a fragment stands in its stream. */
export type Place = { readonly take: number; readonly sequence: number };

export type Json = z.infer<ReturnType<typeof z.json>>;

/** An API key as it is kept: only the SHA-256 of it. */
export type KeyRecord = {
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
};

/** A client token as it is kept: only the SHA-256 of it. `sessionId` is null until it binds. */
export type TokenRecord = {
  readonly sha256: string;
  readonly sessionId: string | null;
  /** A token and those renewed from it; they bind together, so that renewing does not multiply reach. */
  readonly family: string;
  readonly scope: 'capture';
  /** Unix time in seconds; from then on the token is refused. */
  readonly expiresAt: number;
};

export type SessionRecord = {
  readonly id: string;
  readonly collectionId: string;
  readonly endUserId: string;
  readonly status: SessionStatus;
  readonly callbackUrl: string | null;
  readonly metadata: { readonly [name: string]: Json };
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** The session's data key, encrypted with the master key of the service. */
  readonly wrappedKey: string;
  /** The policy the session was started under; null before. */
  readonly policy: Policy | null;
  readonly consentSha256: string | null;
  /** What the recorder says it made; null until it stops. */
  readonly manifest: StopSessionRequest | null;
};

export type StreamRecord = {
  readonly id: string;
  readonly sessionId: string;
  readonly channelId: string;
  readonly channelName: string | null;
  readonly type: 'audio' | 'video';
  readonly store: boolean;
  /** Of a display, where the recorder said it. */
  readonly fingerprint: string | null;
  /** Order in which the channels were named at the start. */
  readonly position: number;
  /** The last fragment held; null before the first one, and always for an ephemeral stream. */
  readonly last: Place | null;
  readonly fragments: number;
  readonly bytes: number;
};

export type FragmentRecord = Place & {
  readonly streamId: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly pausedBeforeMs: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly blob: string;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
};

export type VideoRecord = {
  readonly id: string;
  readonly sessionId: string;
  readonly streamId: string;
  readonly name: string;
  /** From 1: a stream whose takes differ in format gives one video per format. */
  readonly part: number;
  /** SHA-256 of the init segment that all takes of the file share. */
  readonly format: string;
  readonly lengthSeconds: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly takes: number;
  readonly fragments: number;
  /** Unix time in seconds. */
  readonly createdAt: number;
};

export type SessionFilter = {
  readonly collectionId: string;
  readonly endUserId?: string | undefined;
  readonly status?: SessionStatus | undefined;
  /** Continue after this session. */
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined;
  readonly limit: number;
};

export type StartOfSession = {
  readonly sessionId: string;
  readonly policy: Policy;
  readonly consentSha256: string | null;
  readonly streams: readonly StreamRecord[];
};

/**
 * What the service remembers, media excepted. Every write is durable when its promise resolves. A method that
 * answers `boolean` says whether it found things as the caller believed; nothing is changed where it did not.
 */
export type Store = {
  addKey(key: KeyRecord): Promise<void>;
  /** The keys of that name are refused from now on. */
  dropKeysNamed(name: string): Promise<void>;
  keyBySha256(sha256: string): Promise<KeyRecord | undefined>;

  addToken(token: TokenRecord): Promise<void>;
  tokenBySha256(sha256: string): Promise<TokenRecord | undefined>;
  /** Binds the token's whole family. False where it is bound to another session already. */
  bindToken(token: TokenRecord, sessionId: string): Promise<boolean>;
  forgetTokensExpiredBefore(unixSeconds: number): Promise<void>;

  addSession(session: SessionRecord): Promise<void>;
  session(id: string): Promise<SessionRecord | undefined>;
  /** Newest first. */
  sessions(filter: SessionFilter): Promise<SessionRecord[]>;
  sessionIds(status?: SessionStatus): Promise<string[]>;
  /** `created` → `starting` with its streams. */
  startSession(start: StartOfSession): Promise<boolean>;
  moveSession(id: string, from: readonly SessionStatus[], to: SessionStatus): Promise<boolean>;
  /** → `stopping`, with what the recorder says it made. */
  settleManifest(id: string, from: readonly SessionStatus[], manifest: StopSessionRequest): Promise<boolean>;
  /** `stopping` → `stopped` with its videos. */
  finishSession(id: string, videos: readonly VideoRecord[]): Promise<boolean>;
  /** Takes everything with it: key, streams, fragments, videos, tokens. */
  deleteSession(id: string): Promise<boolean>;

  stream(id: string): Promise<StreamRecord | undefined>;
  streamsOf(sessionIds: readonly string[]): Promise<StreamRecord[]>;
  /** Appends after `after`; false where another fragment got there first. */
  append(fragment: FragmentRecord, after: Place | null): Promise<boolean>;
  /** Counts an ephemeral fragment, and keeps nothing else of it. */
  countPassedOn(streamId: string, bytes: number): Promise<void>;
  fragment(streamId: string, place: Place): Promise<FragmentRecord | undefined>;
  /** In order of take and sequence. */
  fragmentsOf(streamId: string): Promise<FragmentRecord[]>;

  video(id: string): Promise<VideoRecord | undefined>;
  videosOf(sessionIds: readonly string[]): Promise<VideoRecord[]>;
  /** Forgets the video and the fragments of these takes of its stream. */
  deleteVideo(id: string, takes: readonly number[]): Promise<boolean>;

  /** The policy in force; undefined before one was set. */
  policy(): Promise<Policy | undefined>;
  /** The new policy gets the next version. */
  setPolicy(policy: Omit<Policy, 'version'>): Promise<Policy>;

  /** Keeps `value` under `name` unless something is there, and answers what is there. */
  settleFact(name: string, value: string): Promise<string>;
  /** Makes what was deleted unreadable in the files of the database, where that takes a step of its own. */
  scrub(): Promise<void>;
  close(): Promise<void>;
};
