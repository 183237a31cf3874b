import type { Channel, ChannelKind } from '../../contract/channel.ts';
import type { ConsentReceipt } from '../../contract/consent.ts';
import type { Result } from '../../contract/result.ts';
import type { Evidence, Permission } from '../../native-permissions/permission.ts';
import type { AuditLog } from '../audit/log.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import type { Uplink } from '../delivery/uplink.ts';
import type { Host } from '../host.ts';
import type { PipelineEvents } from '../pipeline/channel-pipeline.ts';
import type { SessionClock } from '../pipeline/clock.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import type { EarlierTakes } from '../pipeline/pipeline-options.ts';
import type { Vault } from '../vault/vault.ts';
import type { Wish } from './choice.ts';
import type { Agreement } from './consent.ts';
import type { FreeBytes } from './disk-watch.ts';
import type { PauseReason, StopReason } from './machine.ts';
import type { Revocation } from './revoke.ts';
import type { AgreedChannel, Pipeline } from './run.ts';
import type { Look } from './screen-probe.ts';
import type { SessionSnapshot } from './snapshot.ts';

export type RecorderParts = {
  readonly host: Host;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly listChannels: () => Promise<Result<ChannelList>>;
  /** Refuses where system or ffmpeg do not allow these channels to be captured. Opens no device. */
  readonly permitted: (chosen: readonly AgreedChannel[], signal: AbortSignal) => Promise<Result<void>>;
  /** Refuses where what is permitted shows nothing. Asked when the receipt is written, as it may open displays. */
  readonly shown?: (chosen: readonly AgreedChannel[], look: Look) => Promise<Result<void>>;
  /** `anchorWallMs`: of the clock of an earlier run, which is to go on. */
  readonly newClock: (anchorWallMs?: number) => SessionClock;
  readonly openPipeline: (
    sessionId: string,
    clock: SessionClock,
    agreed: AgreedChannel,
    on: PipelineEvents,
    after?: EarlierTakes,
  ) => Pipeline;
  /** What the system says of its permissions at the moment. */
  readonly permissions?: () => readonly Permission[];
  /** Tells what the system says now and whenever it says something else; returns how to end it. */
  readonly watchPermission?: (kind: ChannelKind, listener: (permission: Permission) => void) => () => void;
  /** A channel of this recording as it is captured now. */
  readonly present?: (channel: Channel) => Channel;
  /** What a capture of this kind has just shown, for the permissions. */
  readonly witness?: (kind: ChannelKind, evidence: Evidence) => void;
  /** Tells of steps of the clock while something records; returns how to end it. */
  readonly watchClock?: (onJump: (jump: ClockJump) => void) => () => void;
  /** Whether the host is told when the screen is locked; without it a policy that asks for a pause then is refused. */
  readonly seesLock?: boolean;
  /** Bytes that can still be written to the disk of the vault. */
  readonly freeBytes: FreeBytes;
  /** The way out that all deliveries share; without one, each goes as it likes. */
  readonly uplink?: Uplink;
  readonly framesPerSecond: number;
  /** How the person says yes on this host. */
  readonly act: ConsentReceipt['act'];
  readonly now: () => Date;
  readonly onChange: () => void;
};

/** The one live copy of the session: takes events, performs effects in order, tells by snapshots. */
export type Recorder = {
  readonly snapshot: (revision: number) => SessionSnapshot;
  /** The session that records, from the consent to its end. */
  readonly underWay: () => string | undefined;
  /** Ends the delivery of one recording, or its offer to go on; resolves when nothing reads it any more. */
  readonly letGo: (sessionId: string) => Promise<void>;
  readonly refresh: () => Promise<Result<void>>;
  readonly choose: (wish: Wish) => Result<void>;
  readonly agree: (agreement: Agreement) => Promise<Result<void>>;
  /** Goes on with what a crash cut off; where that may not be, the error says why. */
  readonly goOn: () => Promise<Result<void>>;
  /** What a crash cut off does not go on: it is finished and delivered. */
  readonly finishInterrupted: () => Promise<Result<void>>;
  /** The person takes their consent back for one channel of what records, or of what is being delivered. */
  readonly revoke: (revocation: Revocation) => Promise<Result<void>>;
  readonly pause: (reason: PauseReason) => Promise<Result<void>>;
  readonly resume: () => Promise<Result<void>>;
  readonly stop: (reason: StopReason) => Promise<Result<void>>;
  readonly renew: () => Promise<Result<void>>;
  /** Stops, finalizes, lets go of deliveries under way: what is stored stays and goes on at the next start. */
  readonly close: () => Promise<void>;
};
