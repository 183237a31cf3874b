import type { AuditEvent } from '../../contract/audit.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Channel, ChannelMode } from '../../contract/channel.ts';
import type { ConsentReceipt } from '../../contract/consent.ts';
import { isAllowed } from '../../contract/policy.ts';
import { assertNever, errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { AuditLog } from '../audit/log.ts';
import type { ChannelList } from '../channels/list.ts';
import type { Host } from '../host.ts';
import type { PipelineEvents } from '../pipeline/channel-pipeline.ts';
import type { SessionClock } from '../pipeline/clock.ts';
import type { Vault } from '../vault/vault.ts';
import { type Active, beginRecording, stopRecording } from './active.ts';
import { conclude, tellForgotten } from './conclude.ts';
import { type Connected, connect } from './connect.ts';
import type { Agreement } from './consent.ts';
import { type Session, type SessionEffect, type SessionEvent, type StopReason, step } from './machine.ts';
import { deliverPending, type PendingDelivery, undelivered } from './pending.ts';
import { prepare } from './prepare.ts';
import type { AgreedChannel, Pipeline } from './run.ts';
import { snapshotOf } from './snapshot.ts';

/** How long quitting waits for what is on its way; the rest is sent at the next start. */
const QUIT_GRACE_MS = 2000;

export type RecorderParts = {
  readonly host: Host;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly listChannels: () => Promise<Result<ChannelList>>;
  /** Refuses where system or ffmpeg do not allow these channels to be captured. Opens no device. */
  readonly permitted: (chosen: readonly AgreedChannel[]) => Promise<Result<void>>;
  readonly newClock: () => SessionClock;
  readonly openPipeline: (
    sessionId: string,
    clock: SessionClock,
    channel: Channel,
    on: PipelineEvents,
  ) => Pipeline;
  readonly framesPerSecond: number;
  /** How the person says yes on this host. */
  readonly act: ConsentReceipt['act'];
  readonly now: () => Date;
  readonly onChange: () => void;
};

/** The one live copy of the session: takes events, performs effects in order, tells by snapshots. */
export type Recorder = {
  readonly snapshot: (revision: number) => Snapshot;
  readonly refresh: () => Promise<Result<void>>;
  readonly choose: (channelId: string, mode: ChannelMode) => Result<void>;
  readonly agree: (agreement: Agreement) => Promise<Result<void>>;
  readonly pause: () => Promise<Result<void>>;
  readonly resume: () => Promise<Result<void>>;
  readonly stop: (reason: StopReason) => Promise<Result<void>>;
  readonly renew: () => Promise<Result<void>>;
  /** Stops, finalizes, lets go of deliveries under way: what is stored stays and goes on at the next start. */
  readonly close: () => Promise<void>;
};

export function openRecorder(parts: RecorderParts): Recorder {
  const { host, vault, audit, now } = parts;
  let session: Session = { state: 'idle' };
  let connected: Connected | undefined;
  let known: ChannelList = { channels: [], missing: [] };
  let choice = new Map<string, ChannelMode>();
  let agreement: Agreement | undefined;
  let active: Active | undefined;
  let trouble: TallylightError | null = null;
  let reach: { readonly connected: boolean | null; readonly since: string | null } = {
    connected: null,
    since: null,
  };
  const pending = new Set<PendingDelivery>();
  let effects: Promise<void> = Promise.resolve();
  let closed = false;

  function note(event: AuditEvent): Promise<Result<unknown>> {
    const byPerson = [
      'consent.given',
      'session.started',
      'session.paused',
      'session.resumed',
      'session.stopped',
    ];
    const person = active?.view.end_user_id ?? connected?.view?.end_user_id;
    return audit
      .write(byPerson.includes(event.type) && person !== undefined ? person : 'tallylight', event)
      .then((written) => {
        if (!written.ok) trouble = written.error;
        return written;
      });
  }

  function reached(isConnected: boolean): void {
    if (reach.connected === isConnected) return;
    reach = { connected: isConnected, since: isConnected ? null : now().toISOString() };
    parts.onChange();
  }

  /** Takes one event: refused with `not-now`, or the next state is entered at once and its effects queued in order. */
  function dispatch(event: SessionEvent): Result<Promise<void>> {
    const taken = step(session, event);
    if (taken === undefined) return fail('not-now', `${event.type} while ${session.state}`);
    session = taken.next;
    host.log('session.step', { event: event.type, state: session.state });
    parts.onChange();
    for (const effect of taken.effects) effects = effects.then(() => perform(effect)).catch(broke);
    return ok(effects);
  }

  /** Like dispatch, for what happens by itself: where it no longer fits, it does not matter any more. */
  function happen(event: SessionEvent): void {
    dispatch(event);
  }

  function broke(error: unknown): void {
    host.log('session.bug', {
      cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    trouble = errorOf('internal');
    happen({ type: 'failed', error: trouble, kept: active?.recording !== undefined });
  }

  async function perform(effect: SessionEffect): Promise<void> {
    switch (effect.type) {
      case 'prepare':
        return prepareChosen();
      case 'open-channels':
        return active?.run.open();
      case 'pause-channels':
        return pauseChannels();
      case 'resume-channels':
        return resumeChannels();
      case 'close-channels':
        return closeChannels(effect.reason);
      case 'deliver':
        // Not waited for: a service that is down must not hold up whatever comes next.
        return void deliver().catch(broke);
      case 'conclude':
        active?.tokens.stop();
        return;
      case 'abandon':
        await active?.run.stop();
        active?.tokens.stop();
        active?.exchange.close();
        return;
      case 'open-session':
        return openSession();
      default:
        return assertNever(effect);
    }
  }

  function chosen(): AgreedChannel[] {
    return known.channels.flatMap((channel) => {
      const mode = choice.get(channel.id) ?? 'off';
      return mode === 'off' ? [] : [{ channel, mode }];
    });
  }

  async function prepareChosen(): Promise<void> {
    const ready = connected;
    if (ready?.view === undefined || agreement === undefined) return refuse(errorOf('service-unreachable'));
    const channels = chosen();
    const prepared = await prepare({
      ...ready,
      view: ready.view,
      token: ready.tokens.current,
      vault,
      chosen: channels,
      agreement,
      act: parts.act,
      permitted: parts.permitted,
      audit: note,
      now,
    });
    if (!prepared.ok) return refuse(prepared.error);
    const clock = parts.newClock();
    active = beginRecording({
      connected: ready,
      prepared: prepared.value,
      channels,
      clock,
      openPipeline: (channel, on) => parts.openPipeline(ready.grant.sessionId, clock, channel, on),
      audit: (event) => void note(event),
      now,
      on: {
        change: parts.onChange,
        connected: reached,
        arrived: () => session.state === 'starting' && happen({ type: 'first-fragment' }),
        allLost: () => stopFor('all-channels-lost', errorOf('channel-lost')),
        storageFailed: (error) => stopFor('storage', error),
        stuck: tellTrouble,
      },
    });
    happen({ type: 'consented' });
  }

  function tellTrouble(error: TallylightError): void {
    trouble = error;
    parts.onChange();
  }

  function refuse(error: TallylightError): void {
    trouble = error;
    happen({ type: 'refused' });
  }

  /** The recording ends by itself; what it holds is finished and delivered like any other. */
  function stopFor(reason: StopReason, error: TallylightError): void {
    trouble = error;
    happen({ type: 'stop', reason });
  }

  async function pauseChannels(): Promise<void> {
    const recording = active;
    if (recording === undefined) return;
    await recording.run.pause();
    const atMs = recording.clock.nowMs();
    recording.pausedAtMs = atMs;
    await note({ type: 'session.paused', sessionId: recording.view.session_id, atMs });
    void recording.exchange.insist((token) => recording.client.pause(token, atMs), 3);
    parts.onChange();
  }

  async function resumeChannels(): Promise<void> {
    const recording = active;
    if (recording === undefined) return;
    const atMs = recording.clock.nowMs();
    recording.pausedTotalMs += atMs - (recording.pausedAtMs ?? atMs);
    recording.pausedAtMs = undefined;
    await note({ type: 'session.resumed', sessionId: recording.view.session_id, atMs });
    recording.run.resume();
    void recording.exchange.insist((token) => recording.client.resume(token, atMs), 3);
  }

  async function closeChannels(reason: StopReason): Promise<void> {
    if (active === undefined) return;
    await stopRecording(active);
    await note({
      type: 'session.stopped',
      sessionId: active.view.session_id,
      atMs: active.endedMs,
      activeMs: active.activeMs,
      by: reason === 'person' ? 'the person' : reason,
    });
    happen({ type: 'released' });
  }

  async function deliver(): Promise<void> {
    const recording = active;
    if (recording === undefined) return;
    const sessionId = recording.view.session_id;
    const work = (async () => {
      const live = await recording.delivery.finishLive();
      await tellForgotten(sessionId, live, note);
      const { endedMs: durationMs, activeMs } = recording;
      if (recording.recording !== undefined) {
        const noted = await recording.recording.change({
          ended: { at: now().toISOString(), durationMs, activeMs, live },
        });
        // What is not noted here is read from the fragments themselves at the next start.
        if (!noted.ok) tellTrouble(noted.error);
      }
      return conclude({ ...recording, sessionId, durationMs, activeMs, live, audit: note, trouble: tellTrouble });
    })();
    const background: PendingDelivery = { done: work, close: () => recording.exchange.close() };
    pending.add(background);
    const done = await work;
    pending.delete(background);
    recording.tokens.stop();
    if (recording !== active) return;
    if (done.ok) return happen({ type: 'confirmed' });
    trouble = done.error;
    host.log('delivery.stuck', { sessionId, code: done.error.code, detail: done.error.detail ?? null });
    parts.onChange();
  }

  async function openSession(): Promise<void> {
    connected?.tokens.stop();
    connected = undefined;
    active = undefined;
    trouble = null;
    const [opened, channels] = await Promise.all([connect(host, now), parts.listChannels()]);
    if (channels.ok) known = channels.value;
    trouble = channels.ok ? null : channels.error;
    if (channels.ok && channels.value.channels.length === 0) trouble = channels.value.missing[0] ?? null;
    reached(opened.ok);
    if (opened.ok) connected = opened.value;
    else trouble = opened.error;
    choice = defaultChoice(choice);
    parts.onChange();
  }

  /** Live only unless the person chose otherwise; off where the policy does not even allow that. */
  function defaultChoice(before: ReadonlyMap<string, ChannelMode>): Map<string, ChannelMode> {
    const policy = connected?.view?.policy;
    const preset = (channel: Channel): ChannelMode => {
      const wanted = before.get(channel.id) ?? (channel.isDefault ? 'live' : 'off');
      return policy === undefined || isAllowed(policy, channel.kind, wanted) ? wanted : 'off';
    };
    return new Map(known.channels.map((channel) => [channel.id, preset(channel)]));
  }

  async function sendEarlierRecordings(): Promise<void> {
    for (const recording of await undelivered(vault, host.log)) {
      const delivery = deliverPending(recording, {
        vault,
        connection: host.connection,
        log: host.log,
        audit: note,
        now,
      });
      pending.add(delivery);
      parts.onChange();
      void delivery.done.catch(broke).finally(() => {
        pending.delete(delivery);
        parts.onChange();
      });
    }
  }

  async function run(event: SessionEvent): Promise<Result<void>> {
    const accepted = dispatch(event);
    if (!accepted.ok) return accepted;
    await accepted.value;
    return ok(undefined);
  }

  effects = effects.then(openSession).then(sendEarlierRecordings).catch(broke);

  return {
    snapshot: (revision) =>
      snapshotOf({
        revision,
        session,
        connected,
        known,
        choice,
        active,
        trouble,
        reach,
        pending: pending.size,
        host,
        framesPerSecond: parts.framesPerSecond,
      }),
    refresh: async () => {
      if (session.state !== 'idle') return fail('not-now', `look again while ${session.state}`);
      if (connected === undefined) await openSession();
      else {
        const channels = await parts.listChannels();
        if (!channels.ok) return channels;
        known = channels.value;
        choice = defaultChoice(choice);
      }
      parts.onChange();
      return ok(undefined);
    },
    choose: (channelId, mode) => {
      if (session.state !== 'idle') return fail('not-now', `choose while ${session.state}`);
      const channel = known.channels.find(({ id }) => id === channelId);
      if (channel === undefined) return fail('channel-unknown', channelId);
      const policy = connected?.view?.policy;
      if (policy !== undefined && !isAllowed(policy, channel.kind, mode))
        return fail('policy-forbids', channelId);
      choice.set(channelId, mode);
      trouble = null;
      parts.onChange();
      return ok(undefined);
    },
    agree: async (agreed) => {
      await effects;
      if (connected?.view === undefined && session.state === 'idle')
        return { ok: false, error: trouble ?? errorOf('service-unreachable') };
      agreement = agreed;
      trouble = null;
      const accepted = await run({ type: 'agree' });
      if (!accepted.ok) return accepted;
      // The effects of `agree` ended in `consented` or `refused`, told by the state that was reached.
      return session.state === 'idle' ? { ok: false, error: trouble ?? errorOf('internal') } : ok(undefined);
    },
    pause: () => run({ type: 'pause' }),
    resume: () => run({ type: 'resume' }),
    stop: (reason) => run({ type: 'stop', reason }),
    renew: () => run({ type: 'renew' }),
    close: async () => {
      if (closed) return;
      closed = true;
      happen({ type: 'stop', reason: 'quit' });
      await effects;
      const delivered = Promise.allSettled([...pending].map((delivery) => delivery.done));
      await Promise.race([delivered, once(QUIT_GRACE_MS)]);
      for (const delivery of pending) delivery.close();
      active?.exchange.close();
      active?.tokens.stop();
      connected?.tokens.stop();
      await delivered;
    },
  };
}

function once(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
