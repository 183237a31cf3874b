import type { Part, Track } from './tracks.ts';

export type ExportPlan = {
  /** In their order: first video, then sound, as players take the first of each. */
  readonly tracks: readonly Track[];
  /** Sound as it was recorded (Opus) and not as AAC, which every player knows; each part of a channel a track of its own. */
  readonly asRecorded: boolean;
  readonly title: string;
  /** ISO 8601. */
  readonly startedAt: string;
};

/** The first descriptor for media: 0 to 2 are taken. */
export const FIRST_INPUT = 3;

/**
 * What ffmpeg is called with: the parts of all tracks come in by descriptors from 3 on, in order, the chapters by the one after
 * the last. All are on one timeline, which `-copyts` keeps. Video is copied unless its size changed on the way: then the parts
 * become one track in the size of the largest. Sound becomes AAC, with silence where nothing was captured.
 */
export function exportArguments(
  { tracks, asRecorded, title, startedAt }: ExportPlan,
  file: string,
): string[] {
  const inputs: string[] = [];
  const filters: string[] = [];
  const outputs: string[] = [];
  const counts = { v: 0, a: 0 };
  let next = 0;
  for (const track of tracks) {
    const letter = track.kind === 'display' ? 'v' : 'a';
    const numbers = track.parts.map(() => next++);
    for (const number of numbers) inputs.push('-i', `pipe:${FIRST_INPUT + number}`);
    const isCopied = asRecorded || (letter === 'v' && numbers.length === 1);
    const sources = isCopied
      ? numbers.map((number) => `${number}:${letter}`)
      : [joined(track.parts, numbers, letter, filters)];
    for (const source of sources) {
      const at = `${letter}:${counts[letter]++}`;
      const codec = isCopied ? ['copy'] : CODECS[letter];
      outputs.push('-map', source, `-c:${at}`, ...codec);
      // Frames as they came: joined parts have no rate of their own, and ffmpeg would fill up to a thousand a second.
      if (letter === 'v' && !isCopied) outputs.push(`-fps_mode:${at}`, 'passthrough');
      // MP4 keeps the name of a track in its handler (ISO/IEC 14496-12, 8.4.3).
      outputs.push(
        `-metadata:s:${at}`,
        `handler_name=${track.name}`,
        `-metadata:s:${at}`,
        `title=${track.name}`,
      );
    }
  }
  return [
    ...['-v', 'error', '-nostdin', '-copyts'],
    ...inputs,
    ...['-f', 'ffmetadata', '-i', `pipe:${FIRST_INPUT + next}`],
    ...(filters.length === 0 ? [] : ['-filter_complex', filters.join(';')]),
    ...outputs,
    // Nothing but what is named here: neither the encoder's nor the capture's own.
    ...['-map_metadata', String(next), '-map_chapters', String(next)],
    ...['-metadata', `title=${title}`, '-metadata', `creation_time=${startedAt}`],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', file],
  ];
}

const CODECS = {
  v: ['libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p'],
  a: ['aac', '-b:a', '160k'],
} as const;

/** The parts of one channel as one stream; answers its label. */
function joined(
  parts: readonly Part[],
  numbers: readonly number[],
  letter: 'v' | 'a',
  filters: string[],
): string {
  const label = `[${letter}${numbers[0]}]`;
  const fitted = numbers.map((number) => `[fit${number}]`);
  const fit = letter === 'v' ? sameSize(parts) : EVEN_SOUND;
  numbers.forEach((number, at) => {
    filters.push(`[${number}:${letter}]${fit}${numbers.length === 1 ? label : fitted[at]}`);
  });
  const join = letter === 'v' ? 'interleave=n=' : 'amix=duration=longest:normalize=0:inputs=';
  if (numbers.length > 1) filters.push(`${fitted.join('')}${join}${numbers.length}${label}`);
  return label;
}

/**
 * From the very beginning, so that all sound begins with the recording; where nothing was captured there is silence. Cut and
 * filled to 10 ms, not stretched: `async=1000` with `first_pts` lost whole takes (ffmpeg 5.1, measured).
 */
const EVEN_SOUND = 'aresample=async=1:min_hard_comp=0.01:first_pts=0';

/** All in the size of the largest, in which no text becomes smaller. */
function sameSize(parts: readonly Part[]): string {
  const sizes = parts.flatMap(({ size }) => (size === undefined ? [] : [size]));
  const [largest = { width: 1920, height: 1080 }] = sizes.sort(
    (a, b) => b.width * b.height - a.width * a.height,
  );
  const box = `${largest.width}:${largest.height}`;
  return `scale=${box}:force_original_aspect_ratio=decrease,pad=${box}:(ow-iw)/2:(oh-ih)/2,setsar=1`;
}
