import { assertNever, errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { isSessionGone } from '../delivery/session-over.ts';
import {
  abandonRecording,
  closeRecording,
  pauseRecording,
  resumeRecording,
  stepClock,
} from './active-effects.ts';
import { prepareAgreed } from './agreeing.ts';
import { backgroundDelivery } from './background-delivery.ts';
import type { Agreement } from './consent.ts';
import { goingOn } from './going-on.ts';
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
import { NOT_TOLD, type Revocation, revokeIn } from './revoke.ts';
import { enderOf, isHeldHere, toldGone, toldOver } from './session-gone.ts';
import { snapshotOf } from './snapshot.ts';
import { turns } from './turns.ts';

/** States in which nothing is written into a recording any more. */
const OVER: ReadonlySet<string> = new Set(['idle', 'delivering', 'complete', 'failed']);

export function openRecorder(parts: RecorderParts): Recorder {
  const context = recorderContext(parts);
  const { state, choice, policies, uplink, note, tellTrouble, tellBeside, logBug } = context;
  const { host, vault, now } = parts;
  let effects: Promise<void> = Promise.resolve();
  let watch: PolicyWatch | undefined;
  const agreements = turns(state, () => effects);
  const told = { audit: note, bug: logBug };
  const isIdle = (): boolean => state.session.state === 'idle';
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
      case 'prepare-again':
        return going.prepare({ ...drive, begun: machine.begun });
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
        return state.active?.tokens.stop();
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
    // Whoever records something else does not go on with what was cut off.
    going.finish();
    recording.run.open();
    watch = watchRecording(recording, context, drive);
  }

  function refuse(error: TallylightError): void {
    state.trouble = error;
    happen({ type: 'refused' });
  }

  async function abandon(error: TallylightError, isKept: boolean): Promise<void> {
    watch?.end();
    await abandonRecording(state, { error, isKept }, note);
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

  async function consenting(event: SessionEvent, agreement?: Agreement): Promise<Result<void>> {
    const withdrawal = new AbortController();
    state.consent = agreement === undefined ? { withdrawal } : { agreement, withdrawal };
    state.trouble = null;
    const accepted = await run(event);
    if (!accepted.ok) return accepted;
    // Its effects ended in `consented` or `refused`, told by the state that was reached.
    return isIdle() || state.session.state === 'failed'
      ? { ok: false, error: state.trouble ?? errorOf('internal') }
      : ok(undefined);
  }

  async function goOn(): Promise<Result<void>> {
    if (going.view() === null) return { ok: false, error: going.refusal() };
    return consenting({ type: 'go-on' });
  }

  async function revoke(revocation: Revocation): Promise<Result<void>> {
    const revoked = await revokeIn(state, revocation, told);
    if (!revoked.ok && !NOT_TOLD.has(revoked.error.code)) tellTrouble(revoked.error);
    parts.onChange();
    return revoked;
  }

  const going = goingOn(context, deliveries, policySeen);
  const opening = { policySeen, letGo: going.letGo };
  const machine = watchMachine(parts, {
    happen,
    pausesOnLock: () => state.active?.policy.pauseOnLock === true,
    clockStepped: ({ stepMs }) => stepClock(state, stepMs, told),
    woke: () => {
      uplink.wake();
      going.lapse();
    },
  });
  const asked = effects.then(() => reopenSession()).catch(broke);
  const earlier = asked.then(deliveries.findEarlier);
  effects = earlier.then(() => undefined);
  // Your backend may take long to say whether one goes on: only whoever asks for that waits for it.
  const offered = earlier.then((found) => deliveries.sendEarlier(found, going.hold));

  return {
    snapshot: (revision) =>
      snapshotOf({
        revision,
        ...state,
        choice,
        pending: deliveries.countBut(state.active),
        recovered: deliveries.recovered(),
        waitsFor: uplink.waitsFor(),
        interrupted: going.view(),
        host,
        framesPerSecond: parts.framesPerSecond,
        permissions: parts.permissions?.() ?? [],
        present: parts.present ?? ((channel) => channel),
      }),
    underWay: () => (OVER.has(state.session.state) ? undefined : state.active?.view.session_id),
    letGo: going.letGo,
    refresh: () => {
      const looked = effects.then(() => lookAgain(context, opening));
      effects = looked.then(() => undefined).catch(broke);
      return offered.then(() => looked);
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
    agree: (agreed) =>
      agreements.take('agree', async () => {
        if (state.connected === undefined)
          return { ok: false, error: state.trouble ?? errorOf('service-unreachable') };
        return consenting({ type: 'agree' }, agreed);
      }),
    goOn: () => agreements.take('go on', goOn, offered),
    finishInterrupted: () => offered.then(going.finish),
    revoke,
    pause: (reason) => run({ type: 'pause', reason }),
    resume: () => run({ type: 'resume', by: 'person' }),
    stop: async (reason) => {
      // Also of those that wait behind the one that is being seen to.
      const isTakenBack = agreements.withdraw();
      if (isIdle() && isTakenBack) return ok(undefined);
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
      going.close();
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
