import type { AuditEvent } from '../../contract/audit.ts';
import type { Policy } from '../../contract/policy.ts';
import type { TallylightError } from '../../contract/result.ts';
import { type Delivery, openDelivery } from '../delivery/delivery.ts';
import { type Exchange, openExchange } from '../delivery/exchange.ts';
import type { Uplink } from '../delivery/uplink.ts';
import type { Log } from '../host.ts';
import type { PipelineEvents } from '../pipeline/channel-pipeline.ts';
import type { SessionClock } from '../pipeline/clock.ts';
import type { Recording } from '../vault/recording.ts';
import type { Connected } from './connect.ts';
import type { PendingDelivery } from './pending.ts';
import type { Prepared } from './prepare.ts';
import { type Revocations, type Revoking, revocationsOf } from './revocations.ts';
import { type AgreedChannel, type Pipeline, prepareRun, type Run, type RunParts } from './run.ts';
import { type Timeline, timeline } from './timeline.ts';

/** Everything of one agreed recording, from consent to the last receipt. */
export type Active = Connected & {
  readonly channels: readonly AgreedChannel[];
  readonly recording: Recording | undefined;
  readonly exchange: Exchange;
  readonly delivery: Delivery;
  readonly run: Run;
  readonly clock: SessionClock;
  readonly timeline: Timeline;
  readonly startedAt: string;
  /** As agreed, and as much stricter as it has become since. */
  policy: Policy;
  readonly revocations: Revocations;
  /** By channel: what was asked for last. */
  readonly revoking: Map<string, Revoking>;
  /** What the service is told of pauses, one after the other. */
  told: Promise<unknown>;
  /** Its delivery, once it was stopped. */
  sending: PendingDelivery | undefined;
  /** The service signed for its deletion, and what was stored of it is erased. */
  isDeleted: boolean;
  /** Session clock; undefined while not paused. */
  pausedAtMs: number | undefined;
  pausedTotalMs: number;
  /** Session clock and recorded time at the end; 0 until it was stopped. */
  endedMs: number;
  activeMs: number;
};

/** A recording that goes on after a crash. */
export type EarlierRun = {
  readonly startedAt: string;
  /** Recorded time, and the rest of the session clock up to now: pauses, and the gap; milliseconds. */
  readonly activeMs: number;
  readonly pausedMs: number;
};

export type ActiveParts = {
  readonly connected: Connected;
  readonly prepared: Prepared;
  readonly channels: readonly AgreedChannel[];
  /** What an earlier run made of it. */
  readonly earlier?: EarlierRun;
  readonly openPipeline: (agreed: AgreedChannel, on: PipelineEvents) => Pipeline;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly log: Log;
  readonly uplink: Uplink;
  readonly now: () => Date;
  readonly on: {
    readonly change: () => void;
    readonly witness: RunParts['on']['witness'];
    readonly connected: (connected: boolean) => void;
    /** No token of ours is taken any more; taken again. */
    readonly refused: (error: TallylightError) => void;
    readonly accepted: (over: TallylightError) => void;
    readonly arrived: () => void;
    readonly fragment: RunParts['on']['fragment'];
    readonly allLost: RunParts['on']['allLost'];
    readonly storageFailed: (error: TallylightError) => void;
    readonly stuck: (error: TallylightError) => void;
    /** The service takes nothing new of the session any more: it is at its longest, or ended or deleted there. */
    readonly over: (error: TallylightError) => void;
    readonly bug: (error: unknown) => void;
  };
};

/** Puts delivery and pipelines together. No device opens before `run.open()`. */
export function beginRecording(parts: ActiveParts): Active {
  const { connected, prepared, channels, earlier, on } = parts;
  const { recording, clock } = prepared;
  const exchange = openExchange(
    connected.tokens,
    on,
    Math.random,
    parts.uplink.line(connected.grant.server, 'present'),
  );
  const delivery = openDelivery(
    channels.map(({ channel, mode }) => ({
      id: channel.id,
      mode,
      rtstreamId: prepared.rtstreams.get(channel.id) ?? '',
    })),
    recording,
    connected.client,
    exchange,
    {
      change: on.change,
      trouble: (_channelId, error) => on.stuck(error),
      over: on.over,
      // At once: no look at the policy has to tell of it first.
      forbidden: (channelId, error) => void run.refuse(new Set([channelId]), error).catch(on.bug),
    },
  );
  const time = timeline(earlier?.activeMs);
  const run: Run = prepareRun({
    sessionId: connected.grant.sessionId,
    channels,
    openPipeline: parts.openPipeline,
    timeline: time,
    recording,
    delivery,
    audit: parts.audit,
    now: parts.now,
    on,
  });
  return {
    ...connected,
    view: prepared.view,
    policy: prepared.policy,
    revocations: revocationsOf({
      sessionId: connected.grant.sessionId,
      recording,
      client: connected.client,
      exchange,
      log: parts.log,
      trouble: on.stuck,
    }),
    revoking: new Map(),
    channels,
    recording,
    exchange,
    delivery,
    run,
    clock,
    timeline: time,
    startedAt: earlier?.startedAt ?? parts.now().toISOString(),
    told: Promise.resolve(),
    sending: undefined,
    isDeleted: false,
    pausedAtMs: undefined,
    pausedTotalMs: earlier?.pausedMs ?? 0,
    endedMs: 0,
    activeMs: 0,
  };
}

/** Releases every device; afterwards nothing of this recording is captured any more. */
export async function stopRecording(active: Active): Promise<void> {
  await active.run.stop();
  active.endedMs = active.clock.nowMs();
  active.activeMs = active.timeline.activeMs(active.endedMs, false);
  if (active.pausedAtMs !== undefined) active.pausedTotalMs += active.endedMs - active.pausedAtMs;
  active.pausedAtMs = undefined;
}
