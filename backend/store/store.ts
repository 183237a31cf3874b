import type { ServiceAuditEntry } from '../../contract/audit.ts';
import type { Policy } from '../../contract/policy.ts';
import type { SessionStatus, StopSessionRequest } from '../../contract/wire.ts';
import type { Master } from '../secrets/master.ts';
import type { Share } from './due.ts';
import type { Row } from './raw-rows.ts';
import type {
  AdminPass,
  AdminRecord,
  AuditQuery,
  ClaimedCopy,
  CollectionRecord,
  Concerned,
  CopyChange,
  CopyFilter,
  CopyPlace,
  CopyRecord,
  CopyState,
  DestinationOf,
  DestinationRecord,
  EndOfSession,
  Environment,
  Erasure,
  FailedSignIn,
  FragmentRecord,
  InstanceRecord,
  KeyRecord,
  Letter,
  LetterOutcome,
  Measured,
  PassedOnRecord,
  PersonLink,
  Place,
  PolicyOf,
  PolicyVersion,
  Realm,
  RightsRecord,
  SealedTicket,
  SentLetter,
  SessionAge,
  SessionFilter,
  SessionRecord,
  StartOfSession,
  StreamRecord,
  TenantRecord,
  TokenRecord,
  Tombstone,
  VideoRecord,
  WebhookRecord,
} from './records.ts';

export type Behind = { readonly of: string; readonly mark: string };

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
  /** False where it holds sessions still. Its policies and destinations go with it. */
  deleteCollection(tenantId: string, id: string): Promise<boolean>;

  addAdmin(admin: AdminRecord): Promise<boolean>;
  adminNamed(name: string): Promise<AdminRecord | undefined>;
  admin(id: string): Promise<AdminRecord | undefined>;
  admins(tenantId: string): Promise<AdminRecord[]>;
  /** Ends what they were signed in with, too. */
  setPassword(adminId: string, password: string): Promise<boolean>;
  /** False where `password` is not the admin's any more: it was changed while it was looked at. */
  addPass(pass: AdminPass, password: string): Promise<boolean>;
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
  /** Adds one that is as this one is at that moment; undefined where this one is gone. */
  renewToken(
    sha256: string,
    renewed: Pick<TokenRecord, 'sha256' | 'expiresAt'>,
  ): Promise<TokenRecord | undefined>;
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
  /** `stopping` → `stopped` with its videos and the receipt for all of it; `endedAt` is Unix time in seconds. */
  finishSession(id: string, end: EndOfSession, tell?: readonly Letter[]): Promise<boolean>;
  /** Takes everything with it: key, streams, fragments, videos, tokens, dead letters. */
  deleteSession(id: string, tombstone: Tombstone, tell?: readonly Letter[]): Promise<boolean>;
  /** What was deleted of these sessions. */
  tombstones(tenantId: string, sessionIds: readonly string[]): Promise<Tombstone[]>;

  stream(id: string): Promise<StreamRecord | undefined>;
  streamsOf(sessionIds: readonly string[]): Promise<StreamRecord[]>;
  /** Appends after `after`; false where another fragment got there first, or nothing is taken of it any more. */
  append(fragment: FragmentRecord, after: Place | null, measured: Measured): Promise<boolean>;
  /** Counts an ephemeral fragment, and keeps nothing else of it. */
  countPassedOn(streamId: string, bytes: number): Promise<void>;
  fragment(streamId: string, place: Place): Promise<FragmentRecord | undefined>;
  /** In order of take and sequence. */
  fragmentsOf(streamId: string): Promise<FragmentRecord[]>;

  video(id: string): Promise<VideoRecord | undefined>;
  videosOf(sessionIds: readonly string[]): Promise<VideoRecord[]>;
  /** Deletes all videos of a stream with its fragments and its key; false where there are none. */
  deleteVideos(streamId: string, tombstone: Tombstone): Promise<boolean>;

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
  /**
   * `concerned` is the person it concerns; of one of whom nothing is held any more it is not noted. False where its place in the
   * log is taken.
   */
  addAudit(tenantId: string, entry: ServiceAuditEntry, concerned: Concerned | null): Promise<boolean>;
  auditEntries(query: AuditQuery): Promise<ServiceAuditEntry[]>;

  addLetters(letters: readonly Letter[]): Promise<void>;
  /**
   * Takes letters that are due (`isDue`), as nobody else will before `untilMs`; of those that are told in order only the first.
   * Times are Unix milliseconds. `share`: so many of one tenant at most, those counted that it has claimed already.
   */
  claimLetters(nowMs: number, untilMs: number, limit: number, share?: Share): Promise<SentLetter[]>;
  /** When there is something to do next, but for these tenants. */
  nextLetterAt(except?: readonly string[]): Promise<number | undefined>;
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
  /** Nothing links this person with the log, with tokens or with events any more. `environment`: null for both. */
  forgetPerson(tenantId: string, subject: string, environment: Environment | null): Promise<void>;
  /** Whom the log knows of: the links that `forgetPerson` takes away. */
  people(): Promise<PersonLink[]>;
  /**
   * The rows of tables that a backup has once, as they are now and not as they were, by table: a restore must not bring back
   * what was taken out of them.
   */
  rowsAsNow(): Promise<Record<string, Row[]>>;
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

  /**
   * In the place of the one before, whose credentials are gone with it. Copies that could not be sent there are tried here at once;
   * where it is another place, those that were there already and are to be sent again are not.
   */
  setDestination(destination: DestinationRecord, nowMs: number): Promise<void>;
  destination(of: DestinationOf): Promise<DestinationRecord | undefined>;
  destinations(tenantId: string): Promise<DestinationRecord[]>;
  removeDestination(of: DestinationOf): Promise<boolean>;

  copy(videoId: string): Promise<CopyRecord | undefined>;
  /** Newest first. */
  copies(filter: CopyFilter): Promise<CopyRecord[]>;
  copiesOf(sessionIds: readonly string[]): Promise<CopyRecord[]>;
  /** Before the first byte goes to `place`: from then on it may lie there. False where the recording was deleted. */
  putCopyPlace(videoId: string, place: string): Promise<boolean>;
  /** Every place where recordings of these sessions may lie elsewhere. */
  copyPlacesOf(sessionIds: readonly string[]): Promise<CopyPlace[]>;
  /**
   * Takes copies in these states that are due (`isDue`), as nobody else will before `untilMs`. Times are Unix milliseconds. `share`: so many
   * of one tenant at most, those counted that it has claimed already; `except` are under way.
   */
  claimCopies(wish: {
    readonly states: readonly CopyState[];
    readonly nowMs: number;
    readonly untilMs: number;
    readonly limit: number;
    readonly share: Share;
    readonly except: readonly string[];
  }): Promise<ClaimedCopy[]>;
  /** When there is something to do next in these states, but for these tenants and videos. */
  nextCopyAt(
    states: readonly CopyState[],
    except: { readonly tenants: readonly string[]; readonly videos: readonly string[] },
  ): Promise<number | undefined>;
  /** Keeps a claim for longer. False where it is not theirs any more, or the recording was deleted. */
  holdCopy(claimed: Pick<ClaimedCopy, 'videoId' | 'claim'>, untilMs: number): Promise<boolean>;
  /** What became of a claimed copy. False as above. */
  settleCopy(claimed: Pick<ClaimedCopy, 'videoId' | 'claim'>, change: CopyChange): Promise<boolean>;
  /** To be sent now, whatever became of it before; false where it is to be made first, or is being worked on. */
  sendCopy(videoId: string, nowMs: number): Promise<boolean>;
  /** Second copies are with these sessions only: all others are not held any more, and made anew once there is nothing else to do. */
  remakeCopies(heldIn: readonly string[], nowMs: number): Promise<number>;

  /** Wraps every key anew for another master key, and touches nothing that is sealed with them. False where it was not `from`. */
  rewrap(from: Master, to: Master): Promise<boolean>;

  /** An instance serves, and is asked by the others at its address. It is there until it is silent for too long. */
  noteInstance(instance: InstanceRecord): Promise<void>;
  forgetInstance(id: string): Promise<void>;
  /** Forgets those that were not noted for so many milliseconds, and ends their connections with all that they hold; answers which. */
  forgetSilentInstances(silentMs: number): Promise<string[]>;
  /** Throws where the instance was forgotten. */
  addListening(topic: string, instanceId: string): Promise<void>;
  dropListening(topic: string, instanceId: string): Promise<void>;
  listeningOf(instanceId: string): Promise<string[]>;
  /** Instances but this one that listen to the topic; null: all of them. */
  listeners(topic: string | null, except: string): Promise<Pick<InstanceRecord, 'id' | 'url'>[]>;
  /** Which of these streams bring nothing any more. */
  endedStreams(ids: readonly string[]): Promise<string[]>;

  /** False where this one was noted before. Times of these are Unix milliseconds. */
  noteProof(mark: string, untilMs: number): Promise<boolean>;
  addTicket(ticket: SealedTicket): Promise<void>;
  /** It is there once. */
  takeTicket(sha256: string): Promise<SealedTicket | undefined>;
  failedSignIns(marks: readonly string[]): Promise<FailedSignIn[]>;
  noteFailedSignIn(failed: FailedSignIn): Promise<void>;
  forgiveSignIn(mark: string): Promise<void>;
  /** Proofs and tickets of before `nowMs`, and sign-ins that failed before the other time. */
  forgetExpired(nowMs: number, signInsBefore: number): Promise<void>;

  passedOn(streamId: string): Promise<PassedOnRecord | undefined>;
  notePassedOn(streamId: string, last: PassedOnRecord): Promise<void>;
  forgetPassedOn(streamIds: readonly string[]): Promise<void>;

  /** What was settled under this name. */
  fact(name: string): Promise<string | undefined>;
  /** Keeps `value` under `name` unless something is there, and answers what is there. */
  settleFact(name: string, value: string): Promise<string>;
  changeFact(name: string, value: string): Promise<void>;
  /** What was deleted and may lie in the keys of the backups still: ids of sessions, or `PEOPLE`. */
  behind(): Promise<Behind[]>;
  /** Done, unless more of it was deleted since that mark. */
  settleBehind(behind: Behind): Promise<void>;
  /** Makes what was deleted unreadable in the files of the database, where that takes a step of its own; false where it cannot yet. */
  scrub(): Promise<boolean>;
  close(): Promise<void>;
};
