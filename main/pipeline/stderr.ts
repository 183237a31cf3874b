import type { ChannelKind } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';

/** What one line of ffmpeg's stderr tells; most tell nothing. */
export type StderrFact =
  /** Unix time in milliseconds of the device's first sample; null where the device did not stamp it. */
  | { readonly kind: 'start'; readonly wallMs: number | null }
  /** Peak of the last 100 ms in dBFS. */
  | { readonly kind: 'level'; readonly db: number }
  | { readonly kind: 'trouble'; readonly error: TallylightError };

/** Stands for digital silence, whose level is minus infinity, which JSON cannot say. */
export const SILENCE_DB = -120;

const LONGEST_DETAIL = 300;

export function readStderrLine(line: string, kind: ChannelKind): StderrFact | undefined {
  const start = /^\s*Duration: N\/A(?:, start: (-?\d+(?:\.\d+)?))?/.exec(line);
  if (start !== null)
    return { kind: 'start', wallMs: start[1] === undefined ? null : Number(start[1]) * 1_000 };
  const peak = /lavfi\.astats\.Overall\.Peak_level=(-?inf|-?\d+(?:\.\d+)?)/.exec(line)?.[1];
  if (peak !== undefined)
    return { kind: 'level', db: peak.endsWith('inf') ? SILENCE_DB : Math.max(SILENCE_DB, Number(peak)) };
  const code = PATTERNS[kind === 'display' ? 'display' : 'sound'].find(([pattern]) =>
    pattern.test(line),
  )?.[1];
  return code === undefined ? undefined : { kind: 'trouble', error: errorOf(code, detailOf(line)) };
}

/** Whether a line is worth remembering as the last words of a process that dies. */
export function isTelling(line: string): boolean {
  return line.trim() !== '' && !/lavfi\.astats|^frame:\d+\s+pts:|^(frame|size|video|audio)[=:]/.test(line);
}

export function detailOf(line: string): string {
  return line.trim().slice(0, LONGEST_DETAIL);
}

type Pattern = readonly [RegExp, ErrorCode];

const OPENING = String.raw`(?:^[^\[\]]+|Error opening input(?: file)?[^:]*|Could not open [^:]*): `;
const opening = (text: string) => new RegExp(`${OPENING}(?:${text})\\.?$`, 'i');

/**
 * libavdevice's pulse reader hands PulseAudio's own error numbers (pulse/def.h) to AVERROR, which prints them
 * as if they were errno values: 5 PA_ERR_NOENTITY comes out as EIO, 6 CONNECTIONREFUSED as ENXIO, 3 INVALID
 * (no socket there) as ESRCH, 8 TIMEOUT as ENOEXEC, 9 AUTHKEY as EBADF, 11 CONNECTIONTERMINATED as EAGAIN,
 * 13 INVALIDSERVER as EACCES, 1 ACCESS as EPERM. Seen with 5.1.9.
 */
const PATTERNS: Readonly<Record<'sound' | 'display', readonly Pattern[]>> = {
  sound: [
    [opening('Operation not permitted'), 'permission-denied'],
    [opening('Input/output error|No such entity|No such file or directory'), 'device-gone'],
    [
      opening(
        'No such process|No such device or address|Connection refused|Permission denied|Exec format error|' +
          'Bad file descriptor|Resource temporarily unavailable',
      ),
      'sound-server-missing',
    ],
    [/Unknown input format: '?pulse/i, 'ffmpeg-lacks-device'],
  ],
  display: [
    [/Cannot open display/i, 'display-server-missing'],
    [/Generic error in an external library/i, 'display-server-missing'],
    [/Capture area .* outside the screen size/i, 'device-gone'],
    [/Unknown input format: '?x11grab/i, 'ffmpeg-lacks-device'],
  ],
};
