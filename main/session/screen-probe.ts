import type { Channel } from '../../contract/channel.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Evidence } from '../../native-permissions/permission.ts';
import { DEFAULT_FORMAT } from '../pipeline/capture-format.ts';
import { startSessionClock } from '../pipeline/clock.ts';
import { canLook } from '../pipeline/recorded-picture.ts';
import { openTake, type Take, type TakeEvents, type TakeOptions } from '../pipeline/take.ts';

/** What displays show, looked at for a moment; undefined where nobody can look. Opens them: only after consent. */
export type ScreenProbe = (displays: readonly Channel[]) => Promise<Evidence | undefined>;

export type ProbeEvents = Pick<TakeEvents, 'fragment' | 'content' | 'ended'>;

export type ProbeParts = {
  readonly open: (display: Channel, on: ProbeEvents) => Pick<Take, 'stop'>;
  readonly patienceMs?: number;
};

/** Grabbers and displays that wake begin with black, and a picture takes up to a second to come. */
const PATIENCE_MS = 3_000;

/**
 * Opens every display at once, takes each to its first picture that is not black or for 3 s, and lets go of it. Nothing
 * of what comes is kept. One that shows something speaks for all: they share one permission.
 */
export async function probeScreens(
  displays: readonly Channel[],
  { open, patienceMs = PATIENCE_MS }: ProbeParts,
): Promise<Evidence> {
  let hasContent = false;
  let hasPicture = false;
  let running = displays.length;
  let enough: () => void = () => undefined;
  const seen = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const timer = setTimeout(enough, patienceMs);
  const takes = displays.map((display) =>
    open(display, {
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
    }),
  );
  await seen;
  clearTimeout(timer);
  // What a take still held comes while it stops.
  await Promise.all(takes.map((take) => take.stop()));
  if (hasContent) return 'content';
  return hasPicture ? 'empty' : 'nothing';
}

type ProbeOptions = Pick<TakeOptions, 'ffmpeg' | 'env' | 'platform' | 'machine'>;

/** By takes like those of a recording, whose media go nowhere. */
export function screenProbe(options: ProbeOptions): ScreenProbe {
  if (!canLook(options.ffmpeg.filters)) return async () => undefined;
  return (displays) => probeScreens(displays, { open: probeTakes(options) });
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
