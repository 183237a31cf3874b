import type { Channel } from '../../contract/channel.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Evidence } from '../../native-permissions/permission.ts';
import { DEFAULT_FORMAT } from '../pipeline/capture-format.ts';
import { startSessionClock } from '../pipeline/clock.ts';
import { canLook } from '../pipeline/recorded-picture.ts';
import { openTake, type Take, type TakeEvents, type TakeOptions } from '../pipeline/take.ts';

/** How a look at the screens is ended, and how it tells what it does. */
export type Look = {
  /** Aborted where the consent is taken back: the displays are let go at once. */
  readonly signal: AbortSignal;
  /** Displays are open, from just before the first opens until the last is released. */
  readonly opened: (isOpen: boolean) => void;
};

/**
 * What displays show, looked at for a moment; undefined where nobody can look or the look was broken off. Opens them: only
 * after consent.
 */
export type ScreenProbe = (displays: readonly Channel[], look: Look) => Promise<Evidence | undefined>;

export type ProbeEvents = Pick<TakeEvents, 'fragment' | 'content' | 'ended'>;

export type ProbeParts = {
  readonly open: (display: Channel, on: ProbeEvents) => Pick<Take, 'stop'>;
  readonly patienceMs?: number;
};

/** Grabbers and displays that wake begin with black, and a picture takes up to a second to come. */
const PATIENCE_MS = 3_000;

/**
 * Opens every display at once, takes each to its first picture that is not black or for 3 s, and lets go of it. Nothing
 * of what comes is kept. One that shows something speaks for all: they share one permission. A look that is broken off is no
 * witness of anything it did not see.
 */
export async function probeScreens(
  displays: readonly Channel[],
  { signal, opened }: Look,
  { open, patienceMs = PATIENCE_MS }: ProbeParts,
): Promise<Evidence | undefined> {
  if (signal.aborted) return undefined;
  let hasContent = false;
  let hasPicture = false;
  let running = displays.length;
  let enough: () => void = () => undefined;
  const seen = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const timer = setTimeout(enough, patienceMs);
  signal.addEventListener('abort', enough);
  const on: ProbeEvents = {
    fragment: ({ header }) => {
      // The init segment comes before any picture.
      hasPicture ||= header.sequence !== INIT_SEQUENCE;
    },
    content: () => {
      hasContent = true;
      enough();
    },
    ended: () => {
      running--;
      if (running === 0) enough();
    },
  };
  const takes: Pick<Take, 'stop'>[] = [];
  opened(true);
  try {
    for (const display of displays) takes.push(open(display, on));
    await seen;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', enough);
    // What a take still held comes while it stops.
    await Promise.all(takes.map((take) => take.stop()));
    opened(false);
  }
  if (hasContent) return 'content';
  if (signal.aborted) return undefined;
  return hasPicture ? 'empty' : 'nothing';
}

type ProbeOptions = Pick<TakeOptions, 'ffmpeg' | 'env' | 'platform' | 'machine'>;

/** By takes like those of a recording, whose media go nowhere. */
export function screenProbe(options: ProbeOptions): ScreenProbe {
  if (!canLook(options.ffmpeg.filters)) return async () => undefined;
  return (displays, look) => probeScreens(displays, look, { open: probeTakes(options) });
}

export function probeTakes(options: ProbeOptions): ProbeParts['open'] {
  return (channel, on) =>
    openTake({
      ...options,
      channel,
      takeNumber: 1,
      sessionId: 'cap-probe',
      clock: startSessionClock(),
      format: DEFAULT_FORMAT,
      on: { level: nobody, trouble: nobody, health: nobody, ...on },
    });
}

const nobody = () => undefined;
