import { execFileSync } from 'node:child_process';
import { boxesIn, timescaleOf, timingOf } from '../../contract/mp4.ts';

/** One fragment as a recorder has it. Times are milliseconds on the session clock. */
export type Piece = {
  readonly take: number;
  readonly sequence: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly pausedBeforeMs: number;
  readonly bytes: Uint8Array;
};

export type TakeOptions = {
  readonly take?: number;
  readonly seconds?: number;
  readonly startedAtMs?: number;
  readonly pausedBeforeMs?: number;
  /** An ffmpeg source and its encoder; a tone in Opus where absent. */
  readonly source?: readonly string[];
};

export const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440', '-c:a', 'libopus'];
export const PICTURE = [
  ...['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10', '-c:v', 'libx264', '-preset', 'ultrafast'],
  ...['-pix_fmt', 'yuv420p', '-g', '10'],
];
export const WIDE_PICTURE = PICTURE.map((each) => each.replace('320x240', '640x240'));

const made = new Map<string, Buffer>();

/** A take made by ffmpeg: the init segment and fragments of about a second. */
export function takeOf(options: TakeOptions = {}): Piece[] {
  const { take = 1, seconds = 3, startedAtMs = 0, pausedBeforeMs = 0, source = TONE } = options;
  const file = fragmentedMp4(source, seconds);
  const boxes = boxesIn(file);
  const moov = boxes.find((box) => box.type === 'moov');
  if (moov === undefined) throw new Error('ffmpeg made no moov');
  const init = file.subarray(0, moov.offset + moov.size);
  const timescale = timescaleOf(init) ?? 1;
  const place = { take, pausedBeforeMs };
  const pieces: Piece[] = [{ ...place, sequence: 0, startedAtMs, durationMs: 0, bytes: init }];
  for (const [index, moof] of boxes.entries()) {
    const mdat = boxes[index + 1];
    if (moof.type !== 'moof' || mdat === undefined) continue;
    const bytes = file.subarray(moof.offset, mdat.offset + mdat.size);
    const timing = timingOf(bytes);
    if (timing === undefined) throw new Error('ffmpeg made a fragment without timing');
    pieces.push({
      ...place,
      sequence: pieces.length,
      startedAtMs: startedAtMs + (timing.startTicks / timescale) * 1000,
      durationMs: (timing.durationTicks / timescale) * 1000,
      bytes,
    });
  }
  return pieces;
}

function fragmentedMp4(source: readonly string[], seconds: number): Buffer {
  const name = `${source.join(' ')} ${seconds}`;
  const before = made.get(name);
  if (before !== undefined) return before;
  const flags = 'empty_moov+default_base_moof+skip_trailer';
  const output = ['-movflags', flags, '-frag_duration', '1000000', '-f', 'mp4', 'pipe:1'];
  const file = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, '-t', String(seconds), ...output], {
    maxBuffer: 64 * 1024 * 1024,
  });
  made.set(name, file);
  return file;
}
