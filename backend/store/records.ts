import type { z } from 'zod';
import type { Policy } from '../../contract/policy.ts';
import type { SessionStatus, StopSessionRequest, TokenAction } from '../../contract/wire.ts';
import type { DestinationPlace } from '../destinations/destination.ts';

/** Where a fragment stands in its stream. */
export type Place = { readonly take: number; readonly sequence: number };

export type Json = z.infer<ReturnType<typeof z.json>>;

export const ENVIRONMENTS = ['production', 'development'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a key may do; each role by itself, none includes another. */
export const ROLES = ['capture', 'read', 'admin', 'operate'] as const;
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
  /** What the recorder says it made, as it came; null until it stops. */
  readonly manifest: StopSessionRequest | null;
  /** The receipt for all that is held, signed; null until the session has stopped. */
  readonly deliveryJws: string | null;
};

/** What a stored stream holds by its own MP4, whatever the client says of its times. */
export type Measured = {
  /** Ticks per second of the take under way; null: none, or one that began before this was noted. */
  readonly timescale: number | null;
  /** Milliseconds of media in all its takes. */
  readonly mediaMs: number;
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
  readonly measured: Measured;
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

export type EndOfSession = {
  readonly videos: readonly VideoRecord[];
  readonly deliveryJws: string;
  /** Unix time in seconds. */
  readonly endedAt: number;
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

/** A person as the log and the outbox know one: by blind index, in one environment. */
export type Concerned = { readonly subject: string; readonly environment: Environment };

/** That a tenant's log knows of a person. */
export type PersonLink = Concerned & { readonly tenantId: string };

export type AuditQuery = {
  readonly tenantId: string;
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  /** Blind index of a person. */
  readonly subject?: string | undefined;
  /** Of the links with that person; null: both. */
  readonly environment?: Environment | null | undefined;
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
  /** `failed`: of an access request that was broken off; an erasure goes on until it is done. */
  readonly status: 'open' | 'done' | 'failed';
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
  'id' | 'tenantId' | 'environment' | 'collectionId' | 'createdAt' | 'startedAt' | 'endedAt' | 'policy'
> & {
  /** Unix time in seconds, when the last fragment that is kept came; null: there is none. */
  readonly lastFragmentAt: number | null;
  /** Unix time in seconds, until when its client has a token; null: it has none. */
  readonly tokensUntil: number | null;
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
  /** Blind index of the person of the session. */
  readonly subject: string | null;
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

/** One of several processes that are the service together. */
export type InstanceRecord = {
  readonly id: string;
  /** Where the others reach it. */
  readonly url: string;
  /** What its connections to the database are called there. */
  readonly holder: string;
};

/** The last fragment of a stream that is live only. `mark` tells whether another is the same, and nothing else. */
export type PassedOnRecord = Place & {
  readonly bytes: number;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
  readonly mark: string;
};

export type SealedTicket = { readonly sha256: string; readonly sealed: string; readonly expiresAtMs: number };

export type FailedSignIn = { readonly mark: string; readonly count: number; readonly lastMs: number };
/** Where the recordings of a collection are copied to, of one environment. */
export type DestinationOf = PolicyOf & { readonly environment: Environment };
export type DestinationRecord = DestinationOf & {
  /** Another one with other credentials: what is sealed for one opens for no other. */
  readonly id: string;
  readonly place: DestinationPlace;
  /** Whether our second copy stays once it has arrived there. */
  readonly keepBackup: boolean;
  /** The key of the credentials, encrypted with the master key. */
  readonly wrappedKey: string;
  /** The credentials under that key, as `sealCredentials` made them. */
  readonly sealedCredentials: string;
  /** Unix time in seconds, as the other. */
  readonly credentialsAt: number;
  readonly updatedAt: number;
};

/**
 * What becomes of the second copy of a video: `new`, to be made; `lost`, to be made anew, and nothing else to be done; `kept`, and no destination; `sending`, to a destination;
 * `leaving`, arrived there, and ours to be removed; `sent`.
 */
export const COPY_STATES = ['new', 'lost', 'kept', 'sending', 'leaving', 'sent'] as const;
export type CopyState = (typeof COPY_STATES)[number];

export type CopyRecord = DestinationOf & {
  readonly videoId: string;
  readonly sessionId: string;
  readonly state: CopyState;
  /** Whether the second copy is here. */
  readonly isHeld: boolean;
  /** That failed since it came into this state. */
  readonly attempts: number;
  /** Unix time in milliseconds, when there is something to do next. */
  readonly nextAt: number;
  /** Error code and detail of the last attempt; empty where it did not fail. */
  readonly lastError: string;
  /** Where it arrived, as the audit log names it; empty: nowhere. */
  readonly sentTo: string;
  /** Unix time in seconds, when it arrived. */
  readonly sentAt: number | null;
  /** Unix time in seconds, when its recording was finished; copies are listed by it. */
  readonly createdAt: number;
};

/** Where a recording may lie elsewhere, whole or in part, as the audit log names it. */
export type CopyPlace = Pick<CopyRecord, 'tenantId' | 'sessionId' | 'videoId'> & { readonly place: string };

/** A copy somebody works on: `claim` is theirs alone. */
export type ClaimedCopy = CopyRecord & { readonly claim: string };
export type CopyChange = Partial<
  Pick<CopyRecord, 'state' | 'isHeld' | 'attempts' | 'nextAt' | 'lastError' | 'sentTo' | 'sentAt'>
>;

export type CopyFilter = {
  readonly tenantId: string;
  /** Null: of both. */
  readonly environment: Environment | null;
  readonly states?: readonly CopyState[] | undefined;
  /** Only those that failed, or that did not. */
  readonly isFailing?: boolean | undefined;
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined;
  readonly limit: number;
};
