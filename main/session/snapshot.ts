import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Kept } from '../../contract/spoken/spoken.ts';
import type { Permission } from '../../native-permissions/permission.ts';
import { isSessionGone } from '../delivery/session-over.ts';
import type { Uplink } from '../delivery/uplink.ts';
import type { Host } from '../host.ts';
import { onlyHere } from '../vault/facts.ts';
import type { Active } from './active.ts';
import type { Choice } from './choice.ts';
import type { Connected } from './connect.ts';
import type { Session } from './machine.ts';
import { permissionsShown, takenBack } from './permission-view.ts';
import { channelView, lampOf, termsOf } from './view.ts';

export type SnapshotParts = {
  readonly revision: number;
  readonly session: Session;
  /** Displays are open for a look, outside of any recording. */
  readonly isLooking: boolean;
  readonly connected: Connected | undefined;
  readonly choice: Choice;
  readonly active: Active | undefined;
  readonly trouble: TallylightError | null;
  readonly reach: { readonly connected: boolean | null; readonly since: string | null };
  readonly pending: number;
  readonly recovered: Snapshot['delivery']['recovered'];
  readonly waitsFor: ReturnType<Uplink['waitsFor']>;
  readonly interrupted: Snapshot['interrupted'];
  readonly host: Host;
  readonly framesPerSecond: number;
  readonly permissions: readonly Permission[];
  /** A channel of the recording as it is now: who follows the default is on another device by then. */
  readonly present: (channel: Channel) => Channel;
};

/** What of a snapshot is about recording; what is set and kept on the device lies elsewhere (main/settings, main/library). */
export type SessionSnapshot = Omit<Snapshot, 'settings' | 'library'>;

/** The whole of what a face may know of the recording, made anew each time. */
export function snapshotOf(parts: SnapshotParts): SessionSnapshot {
  const { session, connected, active, choice } = parts;
  const policy = active?.policy ?? connected?.policy;
  const shown =
    active === undefined
      ? choice.known().channels
      : active.channels.map(({ channel }) => parts.present(channel));
  const channels = shown.map((channel) => {
    const agreed = active?.channels.find((one) => one.channel.id === channel.id);
    const follows = choice.followsOf(channel);
    const view = channelView(
      channel,
      agreed?.mode ?? choice.modeOf(channel.id),
      follows === null ? null : (agreed?.follow ?? follows),
      policy,
      active?.run.meters.get(channel.id),
      active === undefined ? undefined : deliveredSoFar(active, channel.id),
      parts.framesPerSecond,
    );
    if (active === undefined) return view;
    return { ...view, trouble: takenBack(parts.permissions, channel.kind, session.state) ?? view.trouble };
  });
  const lamp = lampOf(session, channels, parts.isLooking);
  const undeliveredSeconds = Math.max(0, ...channels.map((channel) => channel.undeliveredSeconds));
  return {
    revision: parts.revision,
    session: {
      id: connected?.grant.sessionId ?? null,
      title: connected?.grant.title ?? null,
      state: session.state,
      ...times(active, lamp === 'live'),
      startedAt: active?.startedAt ?? null,
      pausedBy: session.state === 'paused' ? session.by : null,
      kept: keptOf(session, active),
    },
    lamp,
    terms: policy === undefined ? null : termsOf(policy),
    channels,
    permissions: permissionsShown(parts.permissions, new Set(shown.map(({ kind }) => kind))),
    delivery: {
      connected: parts.reach.connected,
      disconnectedSince: parts.reach.since,
      undeliveredSeconds,
      pendingRecordings: parts.pending,
      recovered: parts.recovered,
      waits: parts.waitsFor,
    },
    interrupted: parts.interrupted,
    protection: { kind: parts.host.secrets.kind, warning: parts.host.secrets.warning },
    host: parts.host.kind,
    canReopen: parts.host.shell?.reopen !== undefined,
    trouble: parts.trouble,
  };
}

function times(active: Active | undefined, live: boolean): { activeMs: number; pausedMs: number } {
  if (active === undefined) return { activeMs: 0, pausedMs: 0 };
  const nowMs = active.clock.nowMs();
  const pausing = active.pausedAtMs === undefined ? 0 : nowMs - active.pausedAtMs;
  return {
    activeMs: active.endedMs > 0 ? active.activeMs : active.timeline.activeMs(nowMs, live),
    pausedMs: active.pausedTotalMs + pausing,
  };
}

function deliveredSoFar(active: Active, channelId: string) {
  const { recording, delivery } = active;
  const stored = recording?.fragments(channelId) ?? [];
  // What the service takes no more of is not on its way any more.
  const waiting = delivery.isCut(channelId) ? [] : stored.slice(recording?.receipted(channelId));
  const rest = recording === undefined ? [] : onlyHere(recording.facts());
  return {
    bytes: delivery.sentBytes(channelId),
    undeliveredSeconds: waiting.reduce((sum, { header }) => sum + header.durationMs, 0) / 1000,
    cutBy: rest.find((cut) => cut.channelId === channelId)?.code ?? null,
    storedBytes: stored.reduce((sum, { header }) => sum + header.bytes, 0),
    dropped: delivery.dropped(channelId),
  };
}

function keptOf(session: Session, active: Active | undefined): Kept | null {
  if (session.state !== 'failed') return null;
  if (active?.recording === undefined) return 'nothing';
  if (active.isDeleted) return 'erased';
  return isSessionGone(session.error) ? 'only-here' : 'sent-later';
}
