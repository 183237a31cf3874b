import type { Grid } from '../../app/launch/stage/grid.ts';
import { runToEnd, shownFrames } from './ffmpeg.ts';

/** One video frame's view of a grid of black and white cells. */
export type CellFrame = {
  /** On the file's own timeline. */
  readonly ptsSeconds: number;
  /** One bit per cell, white is a 1, first cell highest; undefined where a cell is neither black nor white. */
  readonly bits: Uint8Array | undefined;
};

/** A cell's mean is 16 to 235 when it was painted; half of the way is left to coding and scaling. */
const [darkest, lightest] = [80, 175];

/** `screenWidthPx` is the width of what was recorded, where the recording was scaled. */
export async function cellFrames(file: string, grid: Grid, screenWidthPx?: number): Promise<CellFrame[]> {
  const { columns, rows, cellPx } = grid;
  const scale = screenWidthPx === undefined ? '1' : `(iw/${screenWidthPx})`;
  const area = `crop=${columns * cellPx}*${scale}:${rows * cellPx}*${scale}:0:0:exact=1`;
  const filter = `format=gray,${area},scale=${columns}:${rows}:flags=area,showinfo`;
  // copyts: otherwise ffmpeg moves the file's first time stamp to zero.
  const timing = ['-copyts', '-fps_mode', 'passthrough'];
  const output = ['-an', '-vf', filter, ...timing, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  const { stdout, stderr } = await runToEnd('ffmpeg', ['-hide_banner', '-nostats', '-i', file, ...output]);
  const timeBase = /config in time_base: (\d+)\/(\d+)/.exec(stderr);
  const secondsPerTick = Number(timeBase?.[1]) / Number(timeBase?.[2]);
  const size = columns * rows;
  return shownFrames(stderr)
    .slice(0, Math.floor(stdout.length / size))
    .map((frame, index) => ({
      ptsSeconds: Number(frame.get('pts')) * secondsPerTick,
      bits: bitsOf(stdout.subarray(index * size, (index + 1) * size)),
    }));
}

function bitsOf(means: Uint8Array): Uint8Array | undefined {
  const bits = new Uint8Array(Math.ceil(means.length / 8));
  for (const [cell, mean] of means.entries()) {
    if (mean > darkest && mean < lightest) return undefined;
    if (mean >= lightest) bits[cell >> 3] = (bits[cell >> 3] ?? 0) | (1 << (7 - (cell & 7)));
  }
  return bits;
}
