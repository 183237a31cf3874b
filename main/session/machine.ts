import { assertNever, type TallylightError } from '../../contract/result.ts';

/**
 * The session as one tagged union: each state carries exactly what exists in it.
 * `idle → consenting → starting → recording ⇄ paused → stopping → delivering → complete`, from anywhere `failed`.
 */
export type Session =
  | { readonly state: 'idle' }
  /**
   * The person agreed; policy, system, receipt and service are being seen to. No device is open, but for a look at what the
   * chosen displays show on macOS, after the receipt: the lamp is live as long as that lasts.
   */
  | { readonly state: 'consenting' }
  /** Devices are being opened; nothing has arrived yet. */
  | { readonly state: 'starting' }
  | { readonly state: 'recording' }
  /** `by` says what may end the pause by itself. */
  | { readonly state: 'paused'; readonly by: PauseReason }
  | { readonly state: 'stopping' }
  /** Devices are released; what is stored is on its way. */
  | { readonly state: 'delivering' }
  | { readonly state: 'complete' }
  | { readonly state: 'failed'; readonly error: TallylightError; readonly kept: boolean };

/** `policy` is the admin's word: nothing is allowed any more, or not for any longer. `service`: it knows no such session. */
export type StopReason =
  | 'person'
  | 'quit'
  | 'all-channels-lost'
  | 'storage'
  | 'duration'
  | 'signal'
  | 'policy'
  | 'service';
/** `sleep` and `lock` are the machine's; what it paused it may resume. */
export type PauseReason = 'person' | 'no-window' | 'sleep' | 'lock';
export type ResumeReason = 'person' | 'wake' | 'unlock';

export type SessionEvent =
  | { readonly type: 'agree' }
  /** The person wants to go on with what a crash cut off. */
  | { readonly type: 'go-on' }
  | { readonly type: 'consented' }
  | { readonly type: 'refused' }
  | { readonly type: 'first-fragment' }
  | { readonly type: 'pause'; readonly reason: PauseReason }
  | { readonly type: 'resume'; readonly by: ResumeReason }
  | { readonly type: 'stop'; readonly reason: StopReason }
  | { readonly type: 'released' }
  | { readonly type: 'confirmed' }
  | { readonly type: 'failed'; readonly error: TallylightError; readonly kept: boolean }
  | { readonly type: 'renew' };

/** What is to be done about a transition; main/session/recorder.ts carries them out in order. */
export type SessionEffect =
  | { readonly type: 'prepare' }
  | { readonly type: 'prepare-again' }
  | { readonly type: 'open-channels' }
  | { readonly type: 'pause-channels'; readonly reason: PauseReason }
  | { readonly type: 'resume-channels'; readonly by: ResumeReason }
  | { readonly type: 'close-channels'; readonly reason: StopReason }
  | { readonly type: 'deliver' }
  | { readonly type: 'conclude' }
  /** Something broke inside: release every device, keep what is stored. */
  | { readonly type: 'abandon'; readonly error: TallylightError; readonly kept: boolean }
  | { readonly type: 'open-session' };

export type Step = { readonly next: Session; readonly effects: readonly SessionEffect[] };

/** Devices are open or may open again. */
export function isUnderWay({ state }: Session): boolean {
  return state === 'starting' || state === 'recording' || state === 'paused';
}

/** The transition for one event, or undefined where the event is refused in this state. */
export function step(session: Session, event: SessionEvent): Step | undefined {
  if (event.type === 'failed') {
    // What has ended stays ended; a late failure cannot take a complete recording back.
    if (session.state === 'idle' || session.state === 'complete' || session.state === 'failed')
      return undefined;
    const { error, kept } = event;
    return to({ state: 'failed', error, kept }, { type: 'abandon', error, kept });
  }
  switch (session.state) {
    case 'idle':
      if (event.type === 'agree') return to({ state: 'consenting' }, { type: 'prepare' });
      return event.type === 'go-on' ? to({ state: 'consenting' }, { type: 'prepare-again' }) : undefined;
    case 'consenting':
      if (event.type === 'consented') return to({ state: 'starting' }, { type: 'open-channels' });
      return event.type === 'refused' ? to({ state: 'idle' }) : undefined;
    case 'starting':
      if (event.type === 'first-fragment') return to({ state: 'recording' });
      return pauseOrStop(event);
    case 'recording':
      return pauseOrStop(event);
    case 'paused':
      if (event.type === 'resume')
        return mayResume(session.by, event.by)
          ? to({ state: 'recording' }, { type: 'resume-channels', by: event.by })
          : undefined;
      // The devices are released as it is; waking up must not end what the lock asks for.
      if (event.type === 'pause' && session.by === 'sleep' && event.reason === 'lock')
        return to({ state: 'paused', by: 'lock' });
      return event.type === 'stop' ? stopping(event.reason) : undefined;
    case 'stopping':
      return event.type === 'released' ? to({ state: 'delivering' }, { type: 'deliver' }) : undefined;
    case 'delivering':
      if (event.type === 'confirmed') return to({ state: 'complete' }, { type: 'conclude' });
      // Delivery goes on in the background; the next recording need not wait for it.
      return event.type === 'renew' ? renewed() : undefined;
    case 'complete':
    case 'failed':
      return event.type === 'renew' ? renewed() : undefined;
    default:
      return assertNever(session);
  }
}

function pauseOrStop(event: SessionEvent): Step | undefined {
  if (event.type === 'pause')
    return to({ state: 'paused', by: event.reason }, { type: 'pause-channels', reason: event.reason });
  return event.type === 'stop' ? stopping(event.reason) : undefined;
}

/** The person may always; a machine that wakes or is unlocked takes back only what it did itself. */
function mayResume(paused: PauseReason, by: ResumeReason): boolean {
  return by === 'person' || (by === 'wake' ? paused === 'sleep' : paused === 'lock');
}

function stopping(reason: StopReason): Step {
  return to({ state: 'stopping' }, { type: 'close-channels', reason });
}

function renewed(): Step {
  return to({ state: 'idle' }, { type: 'open-session' });
}

function to(next: Session, ...effects: SessionEffect[]): Step {
  return { next, effects };
}
