import type { CallName } from '../../contract/bridge/names.ts';
import type { SessionState, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { CallUnderWay, Face } from '../store/face.ts';
import { words } from '../words.ts';
import { whyNotAgree } from './agreement.ts';

export type ActionName = Extract<CallName, keyof typeof words.action>;
export type Letter = 'R' | 'P' | 'S';

export type Action = {
  readonly name: ActionName;
  /** The button's place; pause and resume share one, so that the focus stays where it is. */
  readonly place: 'begin' | 'hold' | 'stop';
  readonly letter: Letter;
  readonly tone: 'go' | 'plain' | 'stop';
};

const agree: Action = { name: 'session.agree', place: 'begin', letter: 'R', tone: 'go' };
const pause: Action = { name: 'session.pause', place: 'hold', letter: 'P', tone: 'plain' };
const resume: Action = { name: 'session.resume', place: 'hold', letter: 'P', tone: 'go' };
const stop: Action = { name: 'session.stop', place: 'stop', letter: 'S', tone: 'stop' };
const renew: Action = { name: 'session.renew', place: 'begin', letter: 'R', tone: 'go' };

/** What can be done in each state: one obvious thing, and always the way out while devices may be open. */
export const ACTIONS: Readonly<Record<SessionState, readonly Action[]>> = {
  idle: [agree],
  consenting: [agree, stop],
  starting: [pause, stop],
  recording: [pause, stop],
  paused: [resume, stop],
  stopping: [],
  delivering: [renew],
  complete: [renew],
  failed: [renew],
};

export type ActionShown = Action & {
  readonly label: string;
  /** Asked for, not answered yet. */
  readonly busy: boolean;
  /** Cannot be done now; `reason` says why where the person can change it. */
  readonly blocked: boolean;
  readonly reason: string | null;
};

/** From the moment the person agreed until a device opens, or main says why not. */
export function isAgreeing({ session }: Snapshot, calls: readonly CallUnderWay[]): boolean {
  return session.state === 'consenting' || calls.some(({ name }) => name === 'session.agree');
}

export function actionsOf({ snapshot, calls }: Face): readonly ActionShown[] {
  if (snapshot === null) return [];
  const asked = new Set(calls.map(({ name }) => name));
  return ACTIONS[snapshot.session.state].map((action) => {
    const busy = asked.has(action.name) || (action.name === 'session.agree' && isAgreeing(snapshot, calls));
    const reason = action.name === 'session.agree' ? whyNotAgree(snapshot, calls) : null;
    // Stop overtakes everything; nothing overtakes Stop.
    const overtaken = action.name !== 'session.stop' && asked.has('session.stop');
    const label = words.action[action.name][busy ? 'busy' : 'ready'];
    return { ...action, label, busy, blocked: busy || overtaken || reason !== null, reason };
  });
}
