import type { z } from 'zod';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import type { Policy } from '../../contract/policy.ts';
import type { SessionStatus, StopSessionRequest, TokenAction } from '../../contract/wire.ts';
import type { Master } from '../secrets/master.ts';

/** Where a fragment stands in its stream. */
export type Place = { readonly take: number; readonly sequence: number };

export type Json = z.infer<ReturnType<typeof z.json>>;

export const ENVIRONMENTS = ['production', 'development'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a key may do; each role by itself, none includes another. */
export const ROLES = ['capture', 'read', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whose data a key or token reaches: everything else is to it as if it were not there. */
export type Realm = { readonly tenantId: string; readonly environment: Environment };

/** An organisation on this service. Nothing of one is seen by another. */
export type TenantRecord = {
  readonly id: string;
  readonly name: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
};

export type CollectionRecord = {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
};

/** Who manages a tenant by name and password. */
export type AdminRecord = {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** As `access/password.ts` writes it. */
  readonly password: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
};

/** What an admin shows after signing in or confirming: only the SHA-256 of it is kept. Times are Unix seconds. */
export type AdminPass = {
  readonly sha256: string;
  readonly adminId: string;
  readonly kind: 'console' | 'confirmation';
  /** What a form of the console has to carry along. */
  readonly csrf: string;
  /** When it was shown last, within a minute. */
  readonly seenAt: number;
  readonly expiresAt: number;
  /** Until when the password needs not be asked for again. */
  readonly confirmedUntil: number;
};

/** An API key as it is kept: only the SHA-256 of it, and the beginning for people to tell it by. */
export type KeyRecord = {
  readonly id: string;
  readonly tenantId: string;
  readonly environment: Environment;
  readonly roles: readonly Role[];
  readonly name: string;
  readonly prefix: string;
  readonly sha256: string;
  /** Unix time in seconds, as the other two. */
  readonly createdAt: number;
  /** From then on it is refused: how a key ends some time after another took its place. Null: never. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
};

/** A client token as it is kept: only the SHA-256 of it. `sessionId` is null until it binds. */
export type TokenRecord = {
  readonly sha256: string;
  readonly tenantId: string;
  readonly environment: Environment;
  /** The key that issued it; without it the token is dead. */
  readonly keyId: string;
  readonly sessionId: string | null;
  /** A token and those renewed from it; they bind together, so that renewing does not multiply reach. */
  readonly family: string;
  /** Unix time in seconds, when the first of the family was issued. */
  readonly beganAt: number;
  /** Blind index of the one person whose sessions it may start; null: of anybody. */
  readonly subject: string | null;
  /** Channel ids and kinds it may start; null: any. */
  readonly channels: readonly string[] | null;
  readonly actions: readonly TokenAction[];
  /** `open` until it is first presented: then to a client's `key`, or to nobody in particular. */
  readonly possession: 'open' | 'key' | 'bearer';
  /** RFC 7638 thumbprint of the client's key. */
  readonly jkt: string | null;
  /** Unix time in seconds; from then on the token is refused. */
  readonly expiresAt: number;
};

export type SessionRecord = {
  readonly id: string;
  readonly tenantId: string;
  readonly environment: Environment;
  readonly collectionId: string;
  readonly endUserId: string;
  readonly status: SessionStatus;
  readonly callbackUrl: string | null;
  readonly metadata: { readonly [name: string]: Json };
  /** Unix time in seconds, as the other two. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  /** When the service had all of it. */
  readonly endedAt: number | null;
  /** The session's data key, encrypted with the master key of the service. */
  readonly wrappedKey: string;
  /** The policy the session was started under; null before. */
  readonly policy: Policy | null;
  readonly consentSha256: string | null;
  /** The consent receipt, countersigned; null before the start. */
  readonly consentJws: string | null;
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
  /** Its data key, encrypted with the master key; null: its media is sealed with the session's; empty: destroyed. */
  readonly wrappedKey: string | null;
  /** Unix time in seconds, when the consent to it was taken back; null: it was not. */
  readonly revokedAt: number | null;
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
  readonly tenantId: string;
  /** Null: of both. */
  readonly environment: Environment | null;
  readonly collectionId?: string | undefined;
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
  readonly consentJws: string | null;
  /** Unix time in seconds. */
  readonly startedAt: number;
  readonly streams: readonly StreamRecord[];
};

/** What was deleted, and the service's signed word of it. */
export type Tombstone = {
  readonly sessionId: string;
  readonly tenantId: string;
  /** Null: the whole session. */
  readonly channelId: string | null;
  /** Unix time in seconds. */
  readonly deletedAt: number;
  readonly jws: string;
};

export type AuditQuery = {
  readonly tenantId: string;
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  /** Blind index of a person. */
  readonly subject?: string | undefined;
  /** ISO 8601 in UTC; from this on, and before that. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Continue after this sequence. */
  readonly after?: number | undefined;
  /** Absent: in their order. */
  readonly isNewestFirst?: boolean | undefined;
  readonly limit: number;
};

/** An access or erasure request. */
export type RightsRecord = {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: 'access' | 'erase';
  readonly status: 'open' | 'done';
  /** Unix time in seconds, as the other. */
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** As `rights/requests.ts` writes it: whose it is, and what came of it. */
  readonly sealed: string;
};

export type Erasure = {
  /** One per session. */
  readonly tombstones: readonly Tombstone[];
  readonly tell?: readonly Letter[] | undefined;
  /** Noted in the same transaction, with the ids of the sessions that were there still. */
  readonly request?:
    | {
        readonly id: string;
        readonly change: (record: RightsRecord, gone: readonly string[]) => RightsRecord;
      }
    | undefined;
};

/** What retention asks of a session; nothing of it has to be decrypted. */
export type SessionAge = Pick<
  SessionRecord,
  'id' | 'tenantId' | 'environment' | 'collectionId' | 'createdAt' | 'endedAt' | 'policy'
> & {
  /** Blind index of the person. */
  readonly subject: string;
};

export type PolicyOf = { readonly tenantId: string; readonly collectionId: string };
export type PolicyVersion = {
  readonly policy: Policy;
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** Who set it, as the audit log names them. */
  readonly createdBy: string;
};

/** One event to one address, until it is delivered. */
export type Letter = {
  /** The `webhook-id`: the same at every attempt, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly tenantId: string;
  /** Of the session; null: it concerns the tenant. */
  readonly environment: Environment | null;
  readonly sessionId: string | null;
  readonly event: string;
  /** Null: the tenant's own address, as it is when the letter is sent. */
  readonly url: string | null;
  /** JSON, byte for byte as it is sent. */
  readonly body: string;
  /** Unix time in milliseconds, from when on its delivery is tried. */
  readonly since: number;
};
/** A letter that was sent, or is to be. Times are Unix milliseconds. */
export type SentLetter = Letter & {
  readonly nextAt: number;
  readonly attempts: number;
  readonly lastError: string;
};
export type LetterOutcome =
  | { readonly state: 'delivered' }
  | {
      readonly state: 'waiting' | 'dead';
      readonly nextAt: number;
      /** How many attempts this was: none where it was broken off by us. */
      readonly attempts: 0 | 1;
      readonly error: string;
    };

/** A tenant's own address for events, and what signs all that is sent in its name. */
export type WebhookRecord = {
  readonly url: string | null;
  /** Newest first. Times are Unix seconds; null: until another takes its place. */
  readonly secrets: readonly {
    readonly secret: string;
    readonly createdAt: number;
    readonly until: number | null;
  }[];
};

/**
 * What the service remembers, media excepted. Every write is durable when its promise resolves. A method that
 * answers `boolean` says whether it found things as the caller believed; nothing is changed where it did not. `tell` is
 * written in the same transaction as the change that it tells of: both are there, or neither is.
 */
export type Store = {
  addTenant(tenant: TenantRecord): Promise<void>;
  tenant(id: string): Promise<TenantRecord | undefined>;
  tenants(): Promise<TenantRecord[]>;
  addCollection(collection: CollectionRecord): Promise<boolean>;
  collection(tenantId: string, id: string): Promise<CollectionRecord | undefined>;
  collections(tenantId: string): Promise<CollectionRecord[]>;
  /** False where it holds sessions still. Its policies go with it. */
  deleteCollection(tenantId: string, id: string): Promise<boolean>;

  addAdmin(admin: AdminRecord): Promise<boolean>;
  adminNamed(name: string): Promise<AdminRecord | undefined>;
  admin(id: string): Promise<AdminRecord | undefined>;
  admins(tenantId: string): Promise<AdminRecord[]>;
  /** Ends what they were signed in with, too. */
  setPassword(adminId: string, password: string): Promise<boolean>;
  addPass(pass: AdminPass): Promise<void>;
  passBySha256(sha256: string): Promise<AdminPass | undefined>;
  confirmPass(sha256: string, until: number): Promise<void>;
  notePassSeen(sha256: string, at: number): Promise<void>;
  dropPass(sha256: string): Promise<void>;
  forgetPassesExpiredBefore(unixSeconds: number): Promise<void>;

  addKey(key: KeyRecord): Promise<void>;
  keyBySha256(sha256: string): Promise<KeyRecord | undefined>;
  keys(tenantId: string): Promise<KeyRecord[]>;
  /** The key and the tokens it issued are refused from now on. */
  deleteKey(tenantId: string, id: string): Promise<boolean>;
  /** Shortens the life of a key to that Unix time in seconds. */
  expireKey(tenantId: string, id: string, at: number): Promise<boolean>;
  noteKeyUsed(id: string, at: number): Promise<void>;
  /** Which of these keys are not (or no more) there at this Unix time in seconds. */
  deadKeys(ids: readonly string[], at: number): Promise<string[]>;

  addToken(token: TokenRecord): Promise<void>;
  tokenBySha256(sha256: string): Promise<TokenRecord | undefined>;
  /** Binds the token's whole family. False where it is bound to another session already. */
  bindToken(token: TokenRecord, sessionId: string): Promise<boolean>;
  /** Settles once for its whole family who holds it; answers how it is settled, undefined where it is gone. */
  settlePossession(
    token: TokenRecord,
    possession: 'key' | 'bearer',
    jkt: string | null,
  ): Promise<Pick<TokenRecord, 'possession' | 'jkt'> | undefined>;
  /** The tokens of the session are refused from now on; answers how many there were. */
  dropTokensOf(sessionId: string): Promise<number>;
  forgetTokensExpiredBefore(unixSeconds: number): Promise<void>;

  addSession(session: SessionRecord, tell?: readonly Letter[]): Promise<void>;
  session(id: string): Promise<SessionRecord | undefined>;
  /**
   * The session that a session, stream or video of this id belongs to, where it is of this realm. One look, which takes
   * as long for what is another's as for what is not there.
   */
  sessionIdOf(realm: Realm, id: string): Promise<string | undefined>;
  /** Newest first. */
  sessions(filter: SessionFilter): Promise<SessionRecord[]>;
  sessionIds(status?: SessionStatus): Promise<string[]>;
  /**
   * Sessions that nobody records any more: made before `createdBefore` and not started; or started before `silentSince`
   * with nothing to be kept, and with no token that was good after that. Unix time in seconds.
   */
  lostSessions(createdBefore: number, silentSince: number): Promise<string[]>;
  /** `created` → `starting` with its streams. */
  startSession(start: StartOfSession, tell?: readonly Letter[]): Promise<boolean>;
  moveSession(
    id: string,
    from: readonly SessionStatus[],
    to: SessionStatus,
    tell?: readonly Letter[],
  ): Promise<boolean>;
  /** → `stopping`, with what the recorder says it made. */
  settleManifest(
    id: string,
    from: readonly SessionStatus[],
    manifest: StopSessionRequest,
    tell?: readonly Letter[],
  ): Promise<boolean>;
  /** `stopping` → `stopped` with its videos; `endedAt` is Unix time in seconds. */
  finishSession(
    id: string,
    videos: readonly VideoRecord[],
    endedAt: number,
    tell?: readonly Letter[],
  ): Promise<boolean>;
  /** Takes everything with it: key, streams, fragments, videos, tokens, dead letters. */
  deleteSession(id: string, tombstone: Tombstone, tell?: readonly Letter[]): Promise<boolean>;
  /** What was deleted of these sessions. */
  tombstones(tenantId: string, sessionIds: readonly string[]): Promise<Tombstone[]>;

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
  /**
   * Forgets the video and the fragments of these takes of its stream. With a tombstone it was the last of its stream, whose
   * key goes, too.
   */
  deleteVideo(id: string, takes: readonly number[], last: Tombstone | null): Promise<boolean>;

  /**
   * From now on nothing of it is taken. With a tombstone its key, fragments and videos go, too. False where that was so
   * already.
   */
  revokeStream(id: string, at: number, erased: Tombstone | null): Promise<boolean>;

  /** The policy in force; undefined before one was set. */
  policy(of: PolicyOf): Promise<Policy | undefined>;
  /** The new policy gets the next version. */
  setPolicy(
    of: PolicyOf,
    policy: Omit<Policy, 'version'>,
    by: string,
    at: number,
    tell?: (next: Policy) => readonly Letter[],
  ): Promise<Policy>;
  /** Newest first. */
  policies(of: PolicyOf): Promise<PolicyVersion[]>;

  /** The last entry of the tenant's audit log. */
  auditHead(tenantId: string): Promise<ServiceAuditEntry | undefined>;
  /** `subject` is the blind index of the person it concerns. False where its place in the log is taken. */
  addAudit(tenantId: string, entry: ServiceAuditEntry, subject: string | null): Promise<boolean>;
  auditEntries(query: AuditQuery): Promise<ServiceAuditEntry[]>;

  addLetters(letters: readonly Letter[]): Promise<void>;
  /**
   * Takes letters that are due, as nobody else will before `untilMs`; of those that are told in order only the first.
   * Times are Unix milliseconds.
   */
  claimLetters(nowMs: number, untilMs: number, limit: number): Promise<SentLetter[]>;
  /** When there is something to do next. */
  nextLetterAt(): Promise<number | undefined>;
  /** What became of a claimed letter. One that was delivered is forgotten. */
  settleLetter(claimed: SentLetter, outcome: LetterOutcome): Promise<void>;
  /** Oldest first. */
  deadLetters(tenantId: string, limit: number): Promise<SentLetter[]>;
  deadLetter(tenantId: string, id: string): Promise<SentLetter | undefined>;
  /** A dead letter is sent again, after what waits already. */
  reviveLetter(id: string, at: number): Promise<boolean>;
  forgetLettersDeadBefore(at: number): Promise<void>;
  webhook(tenantId: string): Promise<WebhookRecord | undefined>;
  changeWebhook(
    tenantId: string,
    change: (before: WebhookRecord | undefined) => WebhookRecord,
  ): Promise<WebhookRecord>;

  /** Destroys these sessions with their keys, and every letter about them, at once; answers which were there still. */
  eraseSessions(erasure: Erasure): Promise<string[]>;
  /**
   * Nothing links this person (a blind index) with the log any more, or with a token. With `objects`: with the entries about
   * those only.
   */
  forgetPerson(tenantId: string, subject: string, objects?: readonly string[]): Promise<void>;
  addRightsRequest(record: RightsRecord): Promise<void>;
  changeRightsRequest(id: string, change: (record: RightsRecord) => RightsRecord): Promise<void>;
  /** Newest first. */
  rightsRequests(tenantId: string): Promise<RightsRecord[]>;
  /** Erasures of all tenants that were begun and not finished, oldest first. */
  openErasures(): Promise<RightsRecord[]>;
  /** By id. `createdBefore`: Unix time in seconds, itself included. */
  sessionAges(filter: {
    readonly tenantId: string;
    /** Null: of both. */
    readonly environment: Environment | null;
    readonly createdBefore: number;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<SessionAge[]>;

  /** Wraps every key anew for another master key, and touches nothing that is sealed with them. False where it was not `from`. */
  rewrap(from: Master, to: Master): Promise<boolean>;

  /** What was settled under this name. */
  fact(name: string): Promise<string | undefined>;
  /** Keeps `value` under `name` unless something is there, and answers what is there. */
  settleFact(name: string, value: string): Promise<string>;
  /** Makes what was deleted unreadable in the files of the database, where that takes a step of its own. */
  scrub(): Promise<void>;
  close(): Promise<void>;
};
