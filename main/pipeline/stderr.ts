import type { ChannelKind } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import { troubleIn } from './stderr-troubles.ts';

/** What one line of ffmpeg's stderr tells; most tell nothing. */
export type StderrFact =
  /** Unix time in milliseconds of the device's first sample; null where the device did not stamp it. */
  | { readonly kind: 'start'; readonly wallMs: number | null }
  /** Peak of the last 100 ms in dBFS; `isZero`: every sample of them was exactly zero. */
  | { readonly kind: 'level'; readonly db: number; readonly isZero: boolean }
  /** Of a look at the picture: its mean brightness, from 0 to 255; black is 16, white 235. */
  | { readonly kind: 'luma'; readonly mean: number }
  /** Of a look at the picture: whether it is the same as at the look before, in every pixel. */
  | { readonly kind: 'motion'; readonly isSame: boolean }
  /** `isFinal`: ffmpeg says so and then waits for ever, see stderr-troubles.ts. */
  | { readonly kind: 'trouble'; readonly error: TallylightError; readonly isFinal: boolean };

/** Stands for digital silence, whose level is minus infinity, which JSON cannot say. */
export const SILENCE_DB = -120;

const LONGEST_DETAIL = 300;

/** Reads one line of a take of this kind of channel on this system. */
export function readStderrLine(
  line: string,
  kind: ChannelKind,
  platform: NodeJS.Platform = 'linux',
): StderrFact | undefined {
  const start = /^\s*Duration: N\/A(?:, start: (-?\d+(?:\.\d+)?))?/.exec(line);
  if (start !== null)
    return { kind: 'start', wallMs: start[1] === undefined ? null : Number(start[1]) * 1_000 };
  const peak = /lavfi\.astats\.Overall\.Peak_level=(-?inf|-?\d+(?:\.\d+)?)/.exec(line)?.[1];
  if (peak !== undefined)
    return {
      kind: 'level',
      db: peak.endsWith('inf') ? SILENCE_DB : Math.max(SILENCE_DB, Number(peak)),
      isZero: peak === '-inf',
    };
  return lookIn(line) ?? heardTrouble(line, kind, platform);
}

function lookIn(line: string): StderrFact | undefined {
  const [, key, value] = /lavfi\.signalstats\.(YAVG|YDIF)=(\d+(?:\.\d+)?(?:e-\d+)?)/.exec(line) ?? [];
  if (key === undefined) return undefined;
  return key === 'YAVG'
    ? { kind: 'luma', mean: Number(value) }
    : { kind: 'motion', isSame: Number(value) === 0 };
}

function heardTrouble(line: string, kind: ChannelKind, platform: NodeJS.Platform): StderrFact | undefined {
  const trouble = troubleIn(line, kind, platform);
  if (trouble === undefined) return undefined;
  return { kind: 'trouble', error: errorOf(trouble.code, detailOf(line)), isFinal: trouble.isFinal };
}

/** Whether a line is worth remembering as the last words of a process that dies. */
export function isTelling(line: string): boolean {
  return (
    line.trim() !== '' &&
    !/lavfi\.(astats|signalstats)|^frame:\d+\s+pts:|^(frame|size|video|audio)[=:]/.test(line)
  );
}

export function detailOf(line: string): string {
  return line.trim().slice(0, LONGEST_DETAIL);
}
