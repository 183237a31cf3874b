import type { ChannelView, Lamp, Snapshot } from '../../contract/bridge/snapshot.ts';
import { CHANNEL_MODES, type Channel, type ChannelMode } from '../../contract/channel.ts';
import { endedBy } from '../../contract/ended-by.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import type { ChannelMeter } from './channel-meter.ts';
import type { Session } from './machine.ts';

/** What delivery knows of one channel. */
export type DeliveredSoFar = {
  readonly bytes: number;
  readonly undeliveredSeconds: number;
  readonly cutBy: ChannelView['cutBy'];
  readonly storedBytes: number;
  readonly dropped: number;
};

/**
 * The lamp follows what the pipelines do: live means that bytes of at least one device arrive. A look at the screens before
 * the recording is as live as one: no session state and no channel tells of it, so that it is told by itself.
 */
export function lampOf(session: Session, channels: readonly ChannelView[], isLooking: boolean): Lamp {
  if (isLooking) return 'live';
  if (channels.some((channel) => channel.state === 'live')) return 'live';
  const failing = channels.some(
    ({ state, trouble }) => state === 'reconnecting' || (state === 'lost' && endedBy(trouble) === null),
  );
  if (failing && session.state === 'recording') return 'trouble';
  if (session.state === 'paused') return channels.some(stillOpen) ? 'off' : 'paused';
  return session.state === 'failed' ? 'trouble' : 'off';
}

function stillOpen(channel: ChannelView): boolean {
  return channel.state === 'starting';
}

const NO_GAPS: ChannelView['gaps'] = { count: 0, seconds: 0, lastReason: null };

export function channelView(
  channel: Channel,
  mode: ChannelMode,
  follows: boolean | null,
  policy: Policy | undefined,
  meter: ChannelMeter | undefined,
  delivered: DeliveredSoFar | undefined,
  framesPerSecond: number,
): ChannelView {
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.name,
    ...(channel.area === undefined ? {} : { area: channel.area }),
    ...(channel.fingerprint === undefined ? {} : { fingerprint: channel.fingerprint }),
    state: meter?.state ?? 'idle',
    mode,
    follows,
    allowed: CHANNEL_MODES.filter(
      (candidate) => policy === undefined || isAllowed(policy, channel.kind, candidate),
    ),
    levelDb: meter?.levelDb ?? null,
    takes: meter?.takes ?? 0,
    bytes: meter?.bytes ?? 0,
    deliveredBytes: delivered?.bytes ?? 0,
    undeliveredSeconds: delivered?.undeliveredSeconds ?? 0,
    cutBy: delivered?.cutBy ?? null,
    storedBytes: delivered?.storedBytes ?? 0,
    droppedFragments: delivered?.dropped ?? 0,
    gaps: meter?.gaps ?? NO_GAPS,
    framesPerSecond: channel.kind === 'display' ? framesPerSecond : null,
    lastTakeEndedAt: meter?.lastTakeEndedAt ?? null,
    trouble: meter?.trouble ?? null,
  };
}

export function termsOf(policy: Policy): Snapshot['terms'] {
  const { version: policyVersion, organisation, purpose, retentionDays, maxSessionMinutes } = policy;
  const { recipients, localCopy } = policy;
  return {
    organisation,
    policyVersion,
    purpose,
    retentionDays,
    maxSessionMinutes,
    recipients,
    localCopy,
  };
}
