import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { CallUnderWay } from '../store/face.ts';
import { words } from '../words.ts';
import { isAgreeing } from './actions.ts';
import { channelName } from './channel-name.ts';
import { clock, clockTime, dayTime, listOf } from './format.ts';

/** What is offered after a crash, one sentence each, and what its two buttons words.interrupted. */
export type InterruptedOffer = {
  readonly sentences: readonly string[];
  readonly steps: readonly {
    readonly call: 'interrupted.continue' | 'interrupted.finish';
    readonly label: string;
    readonly busy: boolean;
    readonly blocked: boolean;
  }[];
};

/** Null where nothing was cut off, or it is too late for it. */
export function interruptedOffer(
  snapshot: Snapshot,
  calls: readonly CallUnderWay[],
): InterruptedOffer | null {
  const { interrupted } = snapshot;
  if (interrupted === null) return null;
  const { title, startedAt, cutOffAt, untilAt, activeMs, channels } = interrupted;
  const named = (which: (channel: (typeof channels)[number]) => boolean) =>
    listOf(channels.filter(which).map((channel) => channelName(channel).name));
  const kept = named(({ goesOn, mode }) => goesOn && mode === 'keep');
  const live = named(({ goesOn, mode }) => goesOn && mode === 'live');
  const off = named(({ goesOn }) => !goesOn);
  const recording = words.recordingOf(title, dayTime(startedAt));
  const isUnderWay = isAgreeing(snapshot, calls) || calls.some(({ name }) => isStep(name));
  const step = (
    call: 'interrupted.continue' | 'interrupted.finish',
    { ready, busy }: typeof words.interrupted.goOn | typeof words.interrupted.finish,
  ) => {
    const isBusy = calls.some(({ name }) => name === call);
    return { call, label: isBusy ? busy : ready, busy: isBusy, blocked: isUnderWay };
  };
  return {
    sentences: [
      words.interrupted.cutOff(recording, clockTime(cutOffAt), clock(activeMs)),
      ...(kept === '' ? [] : [words.interrupted.again.keep(kept)]),
      ...(live === '' ? [] : [words.interrupted.again.live(live)]),
      ...(off === '' ? [] : [words.interrupted.again.off(off)]),
      words.interrupted.until(clockTime(untilAt)),
    ],
    steps: [
      step('interrupted.continue', words.interrupted.goOn),
      step('interrupted.finish', words.interrupted.finish),
    ],
  };
}

function isStep(name: CallUnderWay['name']): boolean {
  return name === 'interrupted.continue' || name === 'interrupted.finish';
}
