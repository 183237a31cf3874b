import type { AuditEvent } from '../../contract/audit.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { ConsentReceipt } from '../../contract/consent.ts';
import { assertNever, errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { Evidence } from '../../native-permissions/permission.ts';
import type { AuditLog } from '../audit/log.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import { openExchange } from '../delivery/exchange.ts';
import type { Host, PowerEvent } from '../host.ts';
import type { PipelineEvents } from '../pipeline/channel-pipeline.ts';
import type { SessionClock } from '../pipeline/clock.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import type { Vault } from '../vault/vault.ts';
import { type Active, beginRecording, stopRecording } from './active.ts';
import { channelChoice, type Wish } from './choice.ts';
import { conclude, tellForgotten } from './conclude.ts';
import { type Connected, connect } from './connect.ts';
import type { Agreement } from './consent.ts';
import {
  type PauseReason,
  type ResumeReason,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type StopReason,
  step,
} from './machine.ts';
import { deliverPending, type PendingDelivery, unfinished } from './pending.ts';
import { NOTHING, type Prepared, prepare } from './prepare.ts';
import type { AgreedChannel, Pipeline } from './run.ts';
import { snapshotOf } from './snapshot.ts';

/** How long quitting waits for what is on its way; the rest is sent at the next start. */
const QUIT_GRACE_MS = 2000;

/** As the audit log says it. */
const BY_PERSON = 'the person';

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
    agreed: AgreedChannel,
    on: PipelineEvents,
  ) => Pipeline;
  /** What a capture of this kind has just shown, for the permissions. */
  readonly witness?: (kind: Channel['kind'], evidence: Evidence) => void;
  /** Tells of steps of the clock while something records; returns how to end it. */
  readonly watchClock?: (onJump: (jump: ClockJump) => void) => () => void;
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
  readonly choose: (wish: Wish) => Result<void>;
  readonly agree: (agreement: Agreement) => Promise<Result<void>>;
  readonly pause: (reason: PauseReason) => Promise<Result<void>>;
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
  const choice = channelChoice();
  let agreement: Agreement | undefined;
  let active: Active | undefined;
  let trouble: TallylightError | null = null;
  let reach: { readonly connected: boolean | null; readonly since: string | null } = {
    connected: null,
    since: null,
  };
  const pending = new Set<PendingDelivery>();
  let effects: Promise<void> = Promise.resolve();
  /** Takes the agreement back while it is being prepared. */
  let takeBack: () => void = () => undefined;
  let closed = false;

  function note(event: AuditEvent): Promise<Result<unknown>> {
    const byPerson =
      ['consent.given', 'session.started'].includes(event.type) ||
      (event.type === 'session.resumed' && event.by === undefined) ||
      ((event.type === 'session.stopped' || event.type === 'session.paused') && event.by === BY_PERSON);
    const person = active?.view.end_user_id ?? connected?.view.end_user_id;
    return audit.write(byPerson && person !== undefined ? person : 'tallylight', event).then((written) => {
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

  function logBug(error: unknown): void {
    host.log('session.bug', {
      cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }

  function broke(error: unknown): void {
    logBug(error);
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
        return pauseChannels(effect.reason);
      case 'resume-channels':
        return resumeChannels(effect.by);
      case 'close-channels':
        return closeChannels(effect.reason);
      case 'deliver':
        return deliver();
      case 'conclude':
        active?.tokens.stop();
        return;
      case 'abandon':
        return abandon(effect.error, effect.kept);
      case 'open-session':
        return openSession();
      default:
        return assertNever(effect);
    }
  }

  async function prepareChosen(): Promise<void> {
    const ready = connected;
    if (ready === undefined || agreement === undefined) return refuse(errorOf('service-unreachable'));
    const asking = openExchange(ready.tokens, { connected: reached });
    takeBack = asking.close;
    if (closed) takeBack();
    const channels = choice.chosen();
    let isSpent = false;
    const prepared = await prepare({
      grant: ready.grant,
      client: ready.client,
      ask: (request) => asking.insist(request, 2),
      on: {
        view: (view) => {
          connected = { ...ready, view };
        },
        spent: () => {
          isSpent = true;
        },
      },
      vault,
      chosen: channels,
      agreement,
      act: parts.act,
      permitted: parts.permitted,
      audit: note,
      now,
    });
    if (prepared.ok && !asking.closed()) return begin(ready, prepared.value, channels);
    const isTakenBack = asking.closed();
    const error =
      isTakenBack || prepared.ok ? errorOf('consent-missing', 'it was taken back') : prepared.error;
    if (isTakenBack) {
      if (prepared.ok) await prepared.value.recording?.erase();
      await note({ type: 'session.refused', sessionId: ready.grant.sessionId, code: 'consent-missing' });
      // Whether it started or not: it goes no further.
      void ready.client.stop(ready.tokens.current(), NOTHING);
    }
    refuse(error);
    if ((isSpent || isTakenBack) && !closed) await openSession(error);
    else choice.settle(connected?.view.policy);
  }

  function begin(ready: Connected, prepared: Prepared, channels: readonly AgreedChannel[]): void {
    const clock = parts.newClock();
    active = beginRecording({
      connected: ready,
      prepared,
      channels,
      clock,
      openPipeline: (agreed, on) => parts.openPipeline(ready.grant.sessionId, clock, agreed, on),
      audit: (event) => void note(event),
      now,
      on: {
        change: parts.onChange,
        witness: parts.witness ?? (() => undefined),
        connected: reached,
        arrived: () => session.state === 'starting' && happen({ type: 'first-fragment' }),
        allLost: () => stopFor('all-channels-lost', errorOf('channel-lost')),
        storageFailed: (error) => stopFor('storage', error),
        stuck: tellTrouble,
      },
    });
    happen({ type: 'consented' });
  }

  function isIdle(): boolean {
    return session.state === 'idle';
  }

  function tellTrouble(error: TallylightError): void {
    trouble = error;
    parts.onChange();
  }

  function refuse(error: TallylightError): void {
    trouble = error;
    happen({ type: 'refused' });
  }

  async function abandon(error: TallylightError, isKept: boolean): Promise<void> {
    try {
      await active?.run.stop();
    } finally {
      active?.tokens.stop();
      active?.exchange.close();
    }
    const sessionId = connected?.grant.sessionId;
    if (sessionId === undefined) return;
    const kept = isKept ? 'what was stored up to then is kept' : 'nothing was stored';
    await note({ type: 'session.failed', sessionId, code: error.code, kept });
  }

  /** The recording ends by itself; what it holds is finished and delivered like any other. */
  function stopFor(reason: StopReason, error: TallylightError): void {
    trouble = error;
    happen({ type: 'stop', reason });
  }

  async function pauseChannels(reason: PauseReason): Promise<void> {
    const recording = active;
    if (recording === undefined || recording.pausedAtMs !== undefined) return;
    await recording.run.pause();
    const atMs = recording.clock.nowMs();
    recording.pausedAtMs = atMs;
    const by = reason === 'person' ? BY_PERSON : reason;
    await note({ type: 'session.paused', sessionId: recording.view.session_id, atMs, by });
    tellService(recording, (token) => recording.client.pause(token, atMs));
    parts.onChange();
  }

  async function resumeChannels(by: ResumeReason): Promise<void> {
    const recording = active;
    // Overtaken by a pause or a stop: what the person said last counts.
    if (recording === undefined || session.state !== 'recording') return;
    const atMs = recording.clock.nowMs();
    recording.pausedTotalMs += atMs - (recording.pausedAtMs ?? atMs);
    recording.pausedAtMs = undefined;
    const sessionId = recording.view.session_id;
    await note({ type: 'session.resumed', sessionId, atMs, ...(by === 'person' ? {} : { by }) });
    recording.run.resume();
    tellService(recording, (token) => recording.client.resume(token, atMs));
  }

  /** In the order in which it happened, without waiting for it. */
  function tellService(recording: Active, request: (token: string) => Promise<Result<unknown>>): void {
    recording.told = recording.told.then(() => recording.exchange.insist(request, 3)).catch(logBug);
  }

  async function closeChannels(reason: StopReason): Promise<void> {
    if (active === undefined) return;
    await stopRecording(active);
    await note({
      type: 'session.stopped',
      sessionId: active.view.session_id,
      atMs: active.endedMs,
      activeMs: active.activeMs,
      by: reason === 'person' ? BY_PERSON : reason,
    });
    happen({ type: 'released' });
  }

  /** Not waited for: a service that is down must not hold up whatever comes next. */
  function deliver(): void {
    const recording = active;
    if (recording === undefined) return;
    const background: PendingDelivery = {
      done: finish(recording),
      close: () => recording.exchange.close(),
    };
    recording.sending = background;
    pending.add(background);
    const over = (): boolean => {
      pending.delete(background);
      recording.tokens.stop();
      parts.onChange();
      return recording === active;
    };
    background.done.then(
      (done) => {
        if (!over()) return;
        if (done.ok) return happen({ type: 'confirmed' });
        const { code, detail = null } = done.error;
        host.log('delivery.stuck', { sessionId: recording.view.session_id, code, detail });
        tellTrouble(done.error);
      },
      (error: unknown) => (over() ? broke(error) : logBug(error)),
    );
  }

  async function finish(recording: Active): Promise<Result<void>> {
    const sessionId = recording.view.session_id;
    const live = await recording.delivery.finishLive();
    await tellForgotten(sessionId, live, note);
    const { endedMs: durationMs, activeMs } = recording;
    const ended = { at: now().toISOString(), durationMs, activeMs, live };
    const noted = await recording.recording?.change({ ended });
    // What is not noted here is read from the fragments themselves at the next start.
    if (noted?.ok === false) tellTrouble(noted.error);
    return conclude({
      ...recording,
      sessionId,
      durationMs,
      activeMs,
      live,
      audit: note,
      trouble: tellTrouble,
    });
  }

  /** `because` is what made another session necessary. */
  async function openSession(because?: TallylightError): Promise<void> {
    // The tokens of a recording are let go when it is delivered.
    if (active === undefined) connected?.tokens.stop();
    connected = undefined;
    active = undefined;
    trouble = null;
    const [opened, channels] = await Promise.all([connect(host, now), parts.listChannels()]);
    trouble = channels.ok ? null : channels.error;
    if (channels.ok && channels.value.channels.length === 0) trouble = channels.value.missing[0] ?? null;
    reached(opened.ok);
    if (opened.ok) connected = opened.value;
    else trouble = opened.error;
    if (closed) connected?.tokens.stop();
    trouble = because ?? trouble;
    choice.settle(connected?.view.policy, channels.ok ? channels.value : undefined);
    parts.onChange();
  }

  /** In the background: neither its work nor its bugs come in the way of a recording. */
  async function sendEarlierRecordings(): Promise<void> {
    for (const id of await unfinished(vault, host.log)) {
      if (closed) return;
      const delivery = deliverPending(id, {
        vault,
        connection: host.connection,
        log: host.log,
        audit: note,
        now,
      });
      pending.add(delivery);
      parts.onChange();
      void delivery.done.catch(logBug).finally(() => {
        pending.delete(delivery);
        parts.onChange();
      });
    }
  }

  async function lookAgain(): Promise<Result<void>> {
    if (!isIdle()) return fail('not-now', `look again while ${session.state}`);
    if (connected === undefined) await openSession();
    else {
      const channels = await parts.listChannels();
      if (!channels.ok) return channels;
      choice.settle(connected.view.policy, channels.value);
    }
    parts.onChange();
    return ok(undefined);
  }

  async function run(event: SessionEvent): Promise<Result<void>> {
    if (closed) return fail('not-now', `${event.type} while closing`);
    const accepted = dispatch(event);
    if (!accepted.ok) return accepted;
    await accepted.value;
    return ok(undefined);
  }

  /** The clocks no longer fit what was recorded by them: takes of their own begin after a step. */
  function clockJumped({ stepMs }: ClockJump): void {
    if (active === undefined || (session.state !== 'recording' && session.state !== 'starting')) return;
    const sessionId = active.view.session_id;
    void note({ type: 'session.clock-stepped', sessionId, atMs: active.clock.nowMs(), stepMs });
    active.run.renew('clock-stepped');
  }

  /** Where a machine sleeps, no device goes on; what was recording then begins anew when it wakes. */
  function powerChanged(event: PowerEvent): void {
    const policy = active?.view.policy;
    if (event === 'suspend') happen({ type: 'pause', reason: 'sleep' });
    else if (event === 'resume') happen({ type: 'resume', by: 'wake' });
    else if (event === 'unlock') happen({ type: 'resume', by: 'unlock' });
    else if (policy?.pauseOnLock === true) happen({ type: 'pause', reason: 'lock' });
  }

  const watches = [parts.watchClock?.(clockJumped), host.shell?.onPower(powerChanged)].filter(
    (end) => end !== undefined,
  );
  effects = effects
    .then(() => openSession())
    .then(sendEarlierRecordings)
    .catch(broke);

  return {
    snapshot: (revision) =>
      snapshotOf({
        revision,
        session,
        connected,
        choice,
        active,
        trouble,
        reach,
        pending: [...pending].filter((delivery) => delivery !== active?.sending).length,
        host,
        framesPerSecond: parts.framesPerSecond,
      }),
    refresh: () => {
      const looked = effects.then(lookAgain);
      effects = looked.then(() => undefined).catch(broke);
      return looked;
    },
    choose: (wish) => {
      if (session.state !== 'idle') return fail('not-now', `choose while ${session.state}`);
      const chosen = choice.choose(wish, connected?.view.policy);
      if (!chosen.ok) return chosen;
      trouble = null;
      parts.onChange();
      return ok(undefined);
    },
    agree: async (agreed) => {
      await effects;
      if (!isIdle()) return fail('not-now', `agree while ${session.state}`);
      if (connected === undefined) return { ok: false, error: trouble ?? errorOf('service-unreachable') };
      agreement = agreed;
      trouble = null;
      const accepted = await run({ type: 'agree' });
      if (!accepted.ok) return accepted;
      // The effects of `agree` ended in `consented` or `refused`, told by the state that was reached.
      return session.state === 'idle' || session.state === 'failed'
        ? { ok: false, error: trouble ?? errorOf('internal') }
        : ok(undefined);
    },
    pause: (reason) => run({ type: 'pause', reason }),
    resume: () => run({ type: 'resume', by: 'person' }),
    stop: async (reason) => {
      if (session.state === 'consenting') {
        takeBack();
        await effects;
        if (isIdle()) return ok(undefined);
      }
      return run({ type: 'stop', reason });
    },
    renew: () => run({ type: 'renew' }),
    close: async () => {
      if (closed) return;
      closed = true;
      for (const end of watches) end();
      takeBack();
      // While idle there is nothing to finish, and whoever is being asked for a session may take long.
      for (let settled: Promise<void> | undefined; settled !== effects && !isIdle(); ) {
        happen({ type: 'stop', reason: 'quit' });
        settled = effects;
        await settled;
      }
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
