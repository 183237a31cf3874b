import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertPatternBits, patternGrid, whiteRectangles } from '../../app/launch/stage/grid.ts';
import type { TakeEnd } from '../../main/pipeline/take.ts';
import { runToEnd } from '../instruments/ffmpeg.ts';
import { readPattern } from '../instruments/pattern.ts';
import { probe } from '../instruments/probe.ts';
import { FFMPEGS, ffmpegExe } from './lab.ts';
import { labDisplay } from './listing.ts';
import { screen, shownPattern } from './scene.ts';
import { allOf, lastOf, type Trial, toldBy } from './trial.ts';

const seconds = 3;

/** Compares a recording's picture at 1 s with the one that was painted; throws where they differ. */
export async function assertPicture(file: string): Promise<string> {
  const [stream] = (await probe(file)).streams;
  assert.deepEqual({ width: stream?.width, height: stream?.height }, screen);
  assert.equal(await readPattern(file, 1), shownPattern);
  const frame = ['-ss', '1', '-i', file, '-frames:v', '1', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  const { stdout } = await runToEnd('ffmpeg', ['-v', 'error', ...frame]);
  const painted = paintedPicture();
  assert.equal(stdout.length, painted.length);
  let [difference, wrong] = [0, 0];
  for (const [at, grey] of painted.entries()) {
    const off = Math.abs(grey - (stdout[at] ?? 0));
    difference += off;
    if (off > 40) wrong += 1;
  }
  const share = wrong / painted.length;
  // Edges of cells are blurred by the encoder, and a pointer lies on the picture.
  assert.ok(share < 0.01, `${(share * 100).toFixed(2)} % of the pixels are not what was painted`);
  return `mean difference ${(difference / painted.length).toFixed(2)} of 255`;
}

/** What the stage paints: grey, with the pattern at the top left. */
function paintedPicture(): Uint8Array {
  const picture = new Uint8Array(screen.width * screen.height).fill(128);
  const fill = ([x, y, width, height]: readonly number[], grey: number) => {
    for (let line = y ?? 0; line < (y ?? 0) + (height ?? 0); line += 1)
      picture.fill(grey, line * screen.width + (x ?? 0), line * screen.width + (x ?? 0) + (width ?? 0));
  };
  const { columns, rows, cellPx } = patternGrid;
  fill([0, 0, columns * cellPx, rows * cellPx], 0);
  for (const white of whiteRectangles(patternGrid, assertPatternBits(shownPattern))) fill(white, 255);
  return picture;
}

export const desktop: readonly Trial[] = FFMPEGS.map((ffmpeg) => ({
  name: `ffmpeg ${ffmpeg} records the picture that the screen shows`,
  run: async (lab) => {
    const inside = lab.start('recording', {
      ffmpeg: ffmpegExe(ffmpeg),
      channel: await labDisplay(lab),
      seconds,
    });
    const told = await toldBy(inside);
    assert.deepEqual(allOf(told, 'trouble'), []);
    assert.deepEqual(lastOf<{ end: TakeEnd }>(told, 'ended').end, { reason: 'stopped' });
    return assertPicture(join(inside.outputs, 'take.mp4'));
  },
}));
