import { assertNever, errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { isSessionGone } from '../delivery/session-over.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import { closeRecording, pauseRecording, resumeRecording } from './active-effects.ts';
import { prepareAgreed } from './agreeing.ts';
import { backgroundDelivery } from './background-delivery.ts';
import {
  isUnderWay,
  type PauseReason,
  type ResumeReason,
  type SessionEffect,
  type SessionEvent,
  type StopReason,
  step,
} from './machine.ts';
import { watchMachine } from './machine-watch.ts';
import { lookAgain, openSession } from './opening.ts';
import type { PolicyWatch } from './policy-watch.ts';
import { recorderContext } from './recorder-context.ts';
import type { Recorder, RecorderParts } from './recorder-parts.ts';
import { watchRecording } from './recording-watch.ts';
import { type Revocation, revokeConsent } from './revoke.ts';
import { enderOf, isHeldHere, toldGone, toldOver } from './session-gone.ts';
import { snapshotOf } from './snapshot.ts';

const NOT_REVOCABLE: ReadonlySet<string> = new Set(['idle', 'consenting', 'complete', 'failed']);

export function openRecorder(parts: RecorderParts): Recorder {
  const context = recorderContext(parts);
  const { state, choice, policies, uplink, note, tellTrouble, tellBeside, logBug } = context;
  const { host, vault, now } = parts;
  let effects: Promise<void> = Promise.resolve();
  let watch: PolicyWatch | undefined;
  const told = { audit: note, bug: logBug };
  const drive = { happen, stopFor, over, refuse, broke };
  const deliveries = backgroundDelivery({
    host,
    vault,
    policies,
    audit: note,
    now,
    uplink,
    on: {
      change: parts.onChange,
      trouble: tellTrouble,
      cut: tellBeside,
      earlier: (error) => isIdle() && tellBeside(error),
      bug: logBug,
    },
  });

  /** Takes one event: refused with `not-now`, or the next state is entered at once and its effects queued in order. */
  function dispatch(event: SessionEvent): Result<Promise<void>> {
    const taken = step(state.session, event);
    if (taken === undefined) return fail('not-now', `${event.type} while ${state.session.state}`);
    state.session = taken.next;
    host.log('session.step', { event: event.type, state: state.session.state });
    parts.onChange();
    for (const effect of taken.effects) effects = effects.then(() => perform(effect)).catch(broke);
    return ok(effects);
  }

  function happen(event: SessionEvent): void {
    dispatch(event);
  }

  function broke(error: unknown): void {
    logBug(error);
    state.trouble = errorOf('internal');
    happen({ type: 'failed', error: state.trouble, kept: state.active?.recording !== undefined });
  }

  async function perform(effect: SessionEffect): Promise<void> {
    switch (effect.type) {
      case 'prepare':
        return prepareAgreed(context, { ...drive, openSession: reopenSession, begun: machine.begun });
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
        state.active?.tokens.stop();
        return;
      case 'abandon':
        return abandon(effect.error, effect.kept);
      case 'open-session':
        return reopenSession();
      default:
        return assertNever(effect);
    }
  }

  function openChannels(): void {
    const recording = state.active;
    if (recording === undefined) return;
    recording.run.open();
    watch = watchRecording(recording, context, drive);
  }

  function isIdle(): boolean {
    return state.session.state === 'idle';
  }

  function refuse(error: TallylightError): void {
    state.trouble = error;
    happen({ type: 'refused' });
  }

  async function abandon(error: TallylightError, isKept: boolean): Promise<void> {
    watch?.end();
    try {
      await state.active?.run.stop();
    } finally {
      state.active?.tokens.stop();
      state.active?.exchange.close();
    }
    const sessionId = state.connected?.grant.sessionId;
    if (sessionId === undefined) return;
    const kept = isKept ? 'what was stored up to then is kept' : 'nothing of it is kept here';
    await note({ type: 'session.failed', sessionId, code: error.code, kept });
  }

  function stopFor(reason: StopReason, error: TallylightError): void {
    state.trouble = error;
    happen({ type: 'stop', reason });
  }

  function over(error: TallylightError): void {
    if (isUnderWay(state.session)) stopFor(enderOf(error), toldOver(error));
  }

  async function pauseChannels(reason: PauseReason): Promise<void> {
    if (state.active === undefined) return;
    await pauseRecording(state.active, reason, told);
    parts.onChange();
  }

  async function resumeChannels(by: ResumeReason): Promise<void> {
    // Overtaken by a pause or a stop: what the person said last counts.
    if (state.active === undefined || state.session.state !== 'recording') return;
    await resumeRecording(state.active, by, told);
  }

  async function closeChannels(reason: StopReason): Promise<void> {
    if (state.active === undefined) return;
    watch?.end();
    await closeRecording(state.active, reason, told);
    happen({ type: 'released' });
  }

  function deliver(): void {
    const recording = state.active;
    if (recording === undefined) return;
    deliveries.send(recording, (delivered) => {
      const isPresent = recording === state.active;
      if ('bug' in delivered) return isPresent ? broke(delivered.bug) : logBug(delivered.bug);
      const { done } = delivered;
      if (!isPresent) return;
      if (done.ok) return happen({ type: 'confirmed' });
      const { code, detail = null } = done.error;
      host.log('delivery.stuck', { sessionId: recording.view.session_id, code, detail });
      if (!isSessionGone(done.error)) return tellTrouble(done.error);
      state.trouble = toldGone(recording, done.error);
      happen({ type: 'failed', error: state.trouble, kept: isHeldHere(recording) });
    });
  }

  function policySeen(sessionId: string, version: number): void {
    if (state.active?.grant.sessionId === sessionId) watch?.seen(version);
  }

  function reopenSession(because?: TallylightError): Promise<void> {
    return openSession(context, opening, because);
  }

  async function run(event: SessionEvent): Promise<Result<void>> {
    if (state.closed) return fail('not-now', `${event.type} while closing`);
    const accepted = dispatch(event);
    if (!accepted.ok) return accepted;
    await accepted.value;
    return ok(undefined);
  }

  async function revoke(revocation: Revocation): Promise<Result<void>> {
    const recording = state.active;
    if (recording === undefined || state.closed || NOT_REVOCABLE.has(state.session.state))
      return fail('not-now', `take a consent back while ${state.session.state}`);
    const revoked = await revokeConsent(recording, revocation, told);
    if (!revoked.ok && revoked.error.code !== 'channel-unknown') tellTrouble(revoked.error);
    parts.onChange();
    return revoked;
  }

  /** Takes of their own begin after a step. */
  function clockStepped({ stepMs }: ClockJump): void {
    const { active, session } = state;
    if (active === undefined || (session.state !== 'recording' && session.state !== 'starting')) return;
    const sessionId = active.view.session_id;
    void note({ type: 'session.clock-stepped', sessionId, atMs: active.clock.nowMs(), stepMs });
    active.run.renew('clock-stepped');
  }

  const opening = { policySeen, letGo: deliveries.letGo };
  const machine = watchMachine(parts, {
    happen,
    pausesOnLock: () => state.active?.policy.pauseOnLock === true,
    clockStepped,
    woke: uplink.wake,
  });
  effects = effects
    .then(() => reopenSession())
    .then(() => deliveries.sendEarlier())
    .catch(broke);

  return {
    snapshot: (revision) =>
      snapshotOf({
        revision,
        ...state,
        choice,
        pending: deliveries.countBut(state.active),
        recovered: deliveries.recovered(),
        waitsFor: uplink.waitsFor(),
        host,
        framesPerSecond: parts.framesPerSecond,
        permissions: parts.permissions?.() ?? [],
        present: parts.present ?? ((channel) => channel),
      }),
    refresh: () => {
      const looked = effects.then(() => lookAgain(context, opening));
      effects = looked.then(() => undefined).catch(broke);
      return looked;
    },
    choose: (wish) => {
      if (!isIdle()) return fail('not-now', `choose while ${state.session.state}`);
      const chosen = choice.choose(wish, state.connected?.policy);
      if (!chosen.ok) return chosen;
      // Why there is no session stays told.
      if (state.connected !== undefined) state.trouble = null;
      parts.onChange();
      return ok(undefined);
    },
    agree: async (agreed) => {
      await effects;
      if (!isIdle()) return fail('not-now', `agree while ${state.session.state}`);
      if (state.connected === undefined)
        return { ok: false, error: state.trouble ?? errorOf('service-unreachable') };
      state.consent = { agreement: agreed, withdrawal: new AbortController() };
      state.trouble = null;
      const accepted = await run({ type: 'agree' });
      if (!accepted.ok) return accepted;
      // The effects of `agree` ended in `consented` or `refused`, told by the state that was reached.
      return state.session.state === 'idle' || state.session.state === 'failed'
        ? { ok: false, error: state.trouble ?? errorOf('internal') }
        : ok(undefined);
    },
    revoke,
    pause: (reason) => run({ type: 'pause', reason }),
    resume: () => run({ type: 'resume', by: 'person' }),
    stop: async (reason) => {
      if (state.session.state === 'consenting') {
        state.consent?.withdrawal.abort();
        await effects;
        if (isIdle()) return ok(undefined);
      }
      return run({ type: 'stop', reason });
    },
    renew: () => run({ type: 'renew' }),
    close: async () => {
      if (state.closed) return;
      state.closed = true;
      machine.end();
      deliveries.beginNoMore();
      state.consent?.withdrawal.abort();
      // While idle there is nothing to finish, and whoever is being asked for a session may take long.
      for (let settled: Promise<void> | undefined; settled !== effects && !isIdle(); ) {
        happen({ type: 'stop', reason: 'quit' });
        settled = effects;
        await settled;
      }
      await deliveries.close();
      watch?.end();
      state.active?.exchange.close();
      state.active?.tokens.stop();
      state.connected?.tokens.stop();
    },
  };
}
