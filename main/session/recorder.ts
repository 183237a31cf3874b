import type { AuditEvent } from '../../contract/audit.ts';
import { assertNever, errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { openExchange } from '../delivery/exchange.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import { type Active, beginRecording } from './active.ts';
import { BY_PERSON, closeRecording, pauseRecording, resumeRecording } from './active-effects.ts';
import { backgroundDelivery } from './background-delivery.ts';
import { channelChoice } from './choice.ts';
import { type Connected, connect } from './connect.ts';
import { type Agreement, withdrawn } from './consent.ts';
import {
  type PauseReason,
  type ResumeReason,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type StopReason,
  step,
} from './machine.ts';
import { watchMachine, watchRefusals } from './machine-watch.ts';
import { NOTHING, type Prepared, prepare } from './prepare.ts';
import type { Recorder, RecorderParts } from './recorder-parts.ts';
import type { AgreedChannel } from './run.ts';
import { snapshotOf } from './snapshot.ts';

export function openRecorder(parts: RecorderParts): Recorder {
  const { host, vault, audit, now } = parts;
  let session: Session = { state: 'idle' };
  let connected: Connected | undefined;
  const choice = channelChoice();
  /** From the moment the person agreed: it may be taken back before anybody has begun to see to it. */
  let consent: { readonly agreement: Agreement; readonly withdrawal: AbortController } | undefined;
  /** Displays are open for a look at what they show. */
  let isLooking = false;
  let active: Active | undefined;
  let trouble: TallylightError | null = null;
  let reach: { readonly connected: boolean | null; readonly since: string | null } = {
    connected: null,
    since: null,
  };
  let effects: Promise<void> = Promise.resolve();
  let closed = false;
  let endRefusals: () => void = () => undefined;
  const told = { audit: note, bug: logBug };
  const deliveries = backgroundDelivery({
    host,
    vault,
    audit: note,
    now,
    on: { change: parts.onChange, trouble: tellTrouble, bug: logBug },
  });

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
        return openChannels();
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
    if (ready === undefined || consent === undefined) return refuse(errorOf('service-unreachable'));
    const { agreement, withdrawal } = consent;
    const { signal } = withdrawal;
    const asking = openExchange(ready.tokens, { connected: reached });
    signal.addEventListener('abort', asking.close);
    if (signal.aborted) asking.close();
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
      seesLock: parts.seesLock === true,
      permitted: parts.permitted,
      shown: parts.shown ?? (async () => ok(undefined)),
      look: {
        signal,
        opened: (isOpen) => {
          isLooking = isOpen;
          parts.onChange();
        },
      },
      audit: note,
      now,
    });
    const isTakenBack = signal.aborted;
    if (prepared.ok && !isTakenBack) return begin(ready, prepared.value, channels);
    const { error } = isTakenBack || prepared.ok ? withdrawn() : prepared;
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
    machine.begun();
  }

  function openChannels(): void {
    const recording = active;
    if (recording === undefined) return;
    recording.run.open();
    const kinds = new Set(recording.channels.map(({ channel }) => channel.kind));
    endRefusals = watchRefusals(parts, kinds, (kind, error) => {
      recording.run.refuse(kind, error).catch(broke);
    });
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
    endRefusals();
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
    if (active === undefined) return;
    await pauseRecording(active, reason, told);
    parts.onChange();
  }

  async function resumeChannels(by: ResumeReason): Promise<void> {
    // Overtaken by a pause or a stop: what the person said last counts.
    if (active === undefined || session.state !== 'recording') return;
    await resumeRecording(active, by, told);
  }

  async function closeChannels(reason: StopReason): Promise<void> {
    if (active === undefined) return;
    endRefusals();
    await closeRecording(active, reason, told);
    happen({ type: 'released' });
  }

  function deliver(): void {
    const recording = active;
    if (recording === undefined) return;
    deliveries.send(recording, (delivered) => {
      const isPresent = recording === active;
      if ('bug' in delivered) return isPresent ? broke(delivered.bug) : logBug(delivered.bug);
      const { done } = delivered;
      if (!isPresent) return;
      if (done.ok) return happen({ type: 'confirmed' });
      const { code, detail = null } = done.error;
      host.log('delivery.stuck', { sessionId: recording.view.session_id, code, detail });
      tellTrouble(done.error);
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

  /** Takes of their own begin after a step. */
  function clockStepped({ stepMs }: ClockJump): void {
    if (active === undefined || (session.state !== 'recording' && session.state !== 'starting')) return;
    const sessionId = active.view.session_id;
    void note({ type: 'session.clock-stepped', sessionId, atMs: active.clock.nowMs(), stepMs });
    active.run.renew('clock-stepped');
  }

  const machine = watchMachine(parts, {
    happen,
    pausesOnLock: () => active?.view.policy.pauseOnLock === true,
    clockStepped,
  });
  effects = effects
    .then(() => openSession())
    .then(() => deliveries.sendEarlier())
    .catch(broke);

  return {
    snapshot: (revision) =>
      snapshotOf({
        revision,
        session,
        isLooking,
        connected,
        choice,
        active,
        trouble,
        reach,
        pending: deliveries.countBut(active),
        host,
        framesPerSecond: parts.framesPerSecond,
        permissions: parts.permissions?.() ?? [],
        present: parts.present ?? ((channel) => channel),
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
      consent = { agreement: agreed, withdrawal: new AbortController() };
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
        consent?.withdrawal.abort();
        await effects;
        if (isIdle()) return ok(undefined);
      }
      return run({ type: 'stop', reason });
    },
    renew: () => run({ type: 'renew' }),
    close: async () => {
      if (closed) return;
      closed = true;
      machine.end();
      deliveries.beginNoMore();
      consent?.withdrawal.abort();
      // While idle there is nothing to finish, and whoever is being asked for a session may take long.
      for (let settled: Promise<void> | undefined; settled !== effects && !isIdle(); ) {
        happen({ type: 'stop', reason: 'quit' });
        settled = effects;
        await settled;
      }
      await deliveries.close();
      active?.exchange.close();
      active?.tokens.stop();
      connected?.tokens.stop();
    },
  };
}
