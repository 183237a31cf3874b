import type { AuditEvent } from '../../contract/audit.ts';
import type { Channel, ChannelKind } from '../../contract/channel.ts';
import { fingerprintOf } from '../../contract/consent.ts';
import { endedBy } from '../../contract/ended-by.ts';
import { type Fragment, type FragmentHeader, INIT_SEQUENCE } from '../../contract/fragment.ts';
import { errorOf, ok, type TallylightError } from '../../contract/result.ts';
import type { Evidence } from '../../native-permissions/permission.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { FragmentWitness } from '../host.ts';
import type { ChannelPipeline, PipelineEvents } from '../pipeline/channel-pipeline.ts';
import type { Interruption } from '../pipeline/gap-ledger.ts';
import type { Recording } from '../vault/recording.ts';
import { gatherEvidence } from './channel-evidence.ts';
import { type ChannelMeter, count, countGap, newMeter } from './channel-meter.ts';
import { keepingIn } from './keeping.ts';
import type { Timeline } from './timeline.ts';

/** What a run needs of one channel's pipeline. */
export type Pipeline = Pick<ChannelPipeline, 'start' | 'renew' | 'pause' | 'resume' | 'stop'>;

export type AgreedChannel = {
  readonly channel: Channel;
  readonly mode: 'live' | 'keep';
  /** Of a default device: whether another one is taken up when it becomes the default. */
  readonly follow: boolean;
};

export type RunParts = {
  readonly sessionId: string;
  readonly channels: readonly AgreedChannel[];
  readonly openPipeline: (agreed: AgreedChannel, on: PipelineEvents) => Pipeline;
  readonly timeline: Timeline;
  /** Where the stored channels go; undefined where every channel is live only. */
  readonly recording: Recording | undefined;
  readonly delivery: Delivery;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly now: () => Date;
  readonly on: {
    readonly change: () => void;
    /** What came of a channel: something to see or hear, or nothing of use. */
    readonly witness: (kind: ChannelKind, evidence: Evidence) => void;
    readonly arrived: () => void;
    readonly fragment: (step: Parameters<FragmentWitness>[0], header: FragmentHeader) => void;
    /** `error` is what became of the last one. */
    readonly allLost: (error: TallylightError) => void;
    readonly storageFailed: (error: TallylightError) => void;
    readonly bug: (error: unknown) => void;
  };
};

/** The devices of one agreed recording, from the first opening to the last release. */
export type Run = {
  readonly meters: ReadonlyMap<string, ChannelMeter>;
  readonly open: () => void;
  /** Ends every take that runs and begins another. */
  readonly renew: (because: Interruption) => void;
  /** Resolves when every device is released. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /**
   * System, policy or person no longer let these channels be captured: they end, and do not come back in this recording.
   * Nothing more of them is kept or passed on from the moment of the call, but for what the system refuses, whose last
   * second is as agreed to as what came before. Resolves when their devices are released.
   */
  readonly refuse: (channelIds: ReadonlySet<string>, error: TallylightError) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Why a channel does not come back, and when its device is released. */
type Refusal = { readonly error: TallylightError; readonly released: Promise<void> };

export function prepareRun(parts: RunParts): Run {
  const { sessionId, timeline, recording, delivery, audit, on } = parts;
  const stored = (id: string) => recording?.fragments(id).map(({ header }) => header);
  const meters = new Map(parts.channels.map(({ channel: { id } }) => [id, newMeter(stored(id))]));
  const evidence = gatherEvidence(
    parts.channels.map(({ channel }) => channel),
    on.witness,
  );
  const refused = new Map<string, Refusal>();
  let slow: TallylightError | null = null;
  const keeping = keepingIn({
    append: async (fragment) => (recording === undefined ? ok(undefined) : recording.append(fragment)),
    on: {
      kept: (header) => {
        on.fragment('kept', header);
        delivery.wake(header.channelId);
      },
      slow: (error) => tellSlow(error),
      failed: ({ channelId }, error) => {
        const meter = meters.get(channelId);
        if (meter !== undefined) meter.trouble = error;
        on.storageFailed(error);
      },
      bug: on.bug,
    },
  });
  let stopped: Promise<void> | undefined;
  const opened = parts.channels.map((agreed) => {
    const { channel, mode } = agreed;
    const meter = meters.get(channel.id) ?? newMeter();
    return { channel, meter, pipeline: parts.openPipeline(agreed, eventsOf(channel, mode, meter)) };
  });

  function releases(): Promise<void>[] {
    return [...refused.values()].map(({ released }) => released);
  }

  function pipelines(): Pipeline[] {
    return opened.filter(({ channel }) => !refused.has(channel.id)).map(({ pipeline }) => pipeline);
  }

  function eventsOf(channel: Channel, mode: 'live' | 'keep', meter: ChannelMeter): PipelineEvents {
    const channelId = channel.id;
    /** What a live take brings that is of no use; a change of state ends it. */
    let unwell: TallylightError | null = null;
    /** The take whose device is open, and how much came of it. */
    let open: { readonly take: number; fragments: number } | undefined;

    function released(reason: string): void {
      if (open === undefined) return;
      audit({ type: 'take.ended', sessionId, channelId, ...open, reason });
      meter.lastTakeEndedAt = parts.now().toISOString();
      open = undefined;
    }
    return {
      state: (told, because) => {
        const refusal = refused.get(channelId);
        const isRefused = refusal !== undefined;
        const state = isRefused && told === 'ended' ? 'lost' : told;
        meter.state = state;
        evidence.state(channel, state);
        if (!isRefused && (state === 'live' || meter.trouble === unwell)) meter.trouble = null;
        unwell = null;
        if (state !== 'live') {
          meter.levelDb = null;
          released(refusal?.error.code ?? because ?? state);
        }
        if (state === 'lost') {
          audit({ type: 'channel.lost', sessionId, channelId, code: meter.trouble?.code ?? 'channel-lost' });
          if ([...meters.values()].every((other) => other.state === 'lost'))
            on.allLost(meter.trouble ?? errorOf('channel-lost'));
        }
        on.change();
      },
      fragment: (fragment, device) => {
        const { header } = fragment;
        if (endedBy(refused.get(channelId)?.error) !== null) return;
        let noted: Promise<unknown> | undefined;
        if (header.sequence === INIT_SEQUENCE) {
          const { take, startedAtMs } = header;
          // The take before it ended without ever having been live.
          released('device-failed');
          open = { take, fragments: 0 };
          timeline.took(startedAtMs);
          noted = audit({
            type: 'take.started',
            sessionId,
            channelId,
            take,
            startedAtMs,
            device,
            ...fingerprintOf(channel),
          });
        }
        // The init segment comes before it is settled when recording began, and has no place of its own.
        const pausedBeforeMs = header.sequence === INIT_SEQUENCE ? 0 : timeline.pausedBeforeMs();
        const placed: Fragment = { bytes: fragment.bytes, header: { ...header, pausedBeforeMs } };
        count(meter, placed.header);
        if (open !== undefined) open.fragments += 1;
        if (header.sequence !== INIT_SEQUENCE) {
          timeline.reached(header.startedAtMs + header.durationMs);
          on.arrived();
        }
        on.fragment(mode === 'live' ? 'passed-on' : 'taken', placed.header);
        // Its number stands nowhere else: after a kill it must not come again.
        if (mode === 'live') delivery.passOn(placed, noted);
        else keeping.keep(placed);
        on.change();
      },
      level: (db) => {
        evidence.level(channel, db);
        meter.levelDb = Number.isFinite(db) ? db : -120;
        on.change();
      },
      gap: (gap) => {
        countGap(meter, gap);
        audit({ type: 'channel.gap', sessionId, channelId, ...gap });
      },
      trouble: (error) => {
        if (!refused.has(channelId)) meter.trouble = error;
        on.change();
      },
      health: (error) => {
        evidence.health(channel, error);
        const code = error?.code ?? unwell?.code;
        const isNews = error?.code !== unwell?.code;
        unwell = error;
        if (refused.has(channelId)) return;
        meter.trouble = error;
        const type = error === null ? 'channel.recovered' : 'channel.trouble';
        if (isNews && code !== undefined) audit({ type, sessionId, channelId, code });
        on.change();
      },
      content: () => evidence.content(channel),
    };
  }

  /** The disk is one for all that is stored. */
  function tellSlow(error: TallylightError | null): void {
    for (const { channel, meter } of opened) {
      const isStored = parts.channels.some((one) => one.channel === channel && one.mode === 'keep');
      if (!isStored || refused.has(channel.id)) continue;
      if (error !== null) meter.trouble = error;
      else if (meter.trouble === slow) meter.trouble = null;
    }
    slow = error;
    on.change();
  }

  async function stop(): Promise<void> {
    try {
      await Promise.all([...releases(), ...pipelines().map((pipeline) => pipeline.stop())]);
    } finally {
      await keeping.settled();
      // What waits for a disk that does not answer is not waited for.
      if (!keeping.hasGivenUp()) await recording?.close();
    }
  }

  return {
    meters,
    open: () => {
      timeline.open();
      for (const pipeline of pipelines()) pipeline.start();
    },
    renew: (because) => {
      for (const pipeline of pipelines()) pipeline.renew(because);
    },
    pause: async () => {
      await Promise.all([...releases(), ...pipelines().map((pipeline) => pipeline.pause())]);
    },
    resume: () => {
      timeline.open();
      for (const pipeline of pipelines()) pipeline.resume();
    },
    refuse: async (channelIds, error) => {
      for (const { channel, meter, pipeline } of opened) {
        if (!channelIds.has(channel.id)) continue;
        const hasEnded = meter.state === 'ended';
        const isOver = hasEnded || meter.state === 'lost' || refused.has(channel.id);
        // A consent can be taken back of what was lost before, and of what has ended.
        if (isOver && endedBy(error) !== 'person') continue;
        meter.trouble = error;
        if (hasEnded) meter.state = 'lost';
        const before = hasEnded ? Promise.resolve() : refused.get(channel.id)?.released;
        refused.set(channel.id, { error, released: before ?? Promise.resolve().then(pipeline.stop) });
      }
      on.change();
      await Promise.all(releases());
    },
    stop: () => {
      stopped ??= stop().catch((error: unknown) => {
        stopped = undefined;
        throw error;
      });
      return stopped;
    },
  };
}
