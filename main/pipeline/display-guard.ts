import type { Area, Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { listDisplays } from '../channels/displays.ts';
import type { Machine } from '../channels/machine.ts';
import type { Likeness } from '../channels/same-channel.ts';
import { likenessAmong } from '../channels/same-channel.ts';
import { createWatchdog } from './watchdog.ts';

export type DisplayGuard = {
  /** Something arrived: looks again, now or right after the look under way. */
  readonly look: () => void;
  readonly close: () => void;
};

type DisplayGuardEvents = {
  /** What arrived up to this time of `performance.now()` is of the agreed display. */
  readonly cleared: (untilMs: number) => void;
  /** The display is not there any more, or has another place or size, or is another monitor. Final. */
  readonly gone: () => void;
  /** The system has not said for too long where its displays are, or which. Final. */
  readonly unsure: () => void;
};

type DisplayGuardOptions = {
  readonly machine: Machine;
  readonly list?: (machine: Machine) => Promise<Result<readonly Channel[]>>;
  /** Between an answer and the next question, where nothing arrives, in milliseconds. */
  readonly everyMs?: number;
  /** Without an answer, in milliseconds. */
  readonly patienceMs?: number;
};

/**
 * Watches that a display stays where it was agreed to. ffmpeg records a rectangle of the whole screen, and goes
 * on with whatever comes to lie there when monitors are unplugged, moved or change their size. A look that
 * begins after something arrived and finds the display in its place vouches for it.
 */
export function guardDisplay(
  channel: Channel,
  { machine, list = listDisplays, everyMs = 1_000, patienceMs = 6_000 }: DisplayGuardOptions,
  on: DisplayGuardEvents,
): DisplayGuard {
  let isClosed = false;
  let isAsking = false;
  /** Something arrived since the last question was asked. */
  let isDirty = false;
  let next: NodeJS.Timeout | undefined;
  const deadline = createWatchdog(() => {
    close();
    on.unsure();
  });

  function close(): void {
    isClosed = true;
    clearTimeout(next);
    deadline.cancel();
  }

  async function ask(): Promise<void> {
    isAsking = true;
    isDirty = false;
    const askedMs = performance.now();
    const listed = await list(machine);
    isAsking = false;
    if (isClosed) return;
    const verdict = listed.ok ? verdictOf(listed.value, channel) : 'in-doubt';
    if (verdict === 'other') {
      close();
      return on.gone();
    }
    const isAnswer = verdict === 'same';
    if (isAnswer) {
      deadline.restart(patienceMs);
      on.cleared(askedMs);
    }
    // What the answer led to may have closed this.
    if (isClosed) return;
    if (isDirty && isAnswer) return void ask();
    next = setTimeout(() => void ask(), isAnswer ? everyMs : Math.min(everyMs, AGAIN_MS));
  }

  deadline.restart(patienceMs);
  void ask();
  return {
    look: () => {
      isDirty = true;
      if (isClosed || isAsking) return;
      clearTimeout(next);
      void ask();
    },
    close,
  };
}

/** After a question without an answer. */
const AGAIN_MS = 200;

function verdictOf(listed: readonly Channel[], agreed: Channel): Likeness {
  const there = listed.filter(({ area }) => placeOf(area) === placeOf(agreed.area));
  return likenessAmong(there, agreed);
}

function placeOf(area: Area | undefined): string {
  return area === undefined ? 'nowhere' : `${area.width}x${area.height}+${area.x}+${area.y}`;
}
