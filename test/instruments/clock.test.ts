import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeBarcode } from '../../app/launch/stage/barcode.ts';
import { clockGrid } from '../../app/launch/stage/grid.ts';
import { decodeClock } from './clock.ts';
import { emptyFolder, greyPicture, screen, writeVideo } from './fixtures.ts';

const startMs = 1_795_358_631_429;
const readings = Array.from({ length: 20 }, (_, index) => ({
  paintedAtMs: startMs + index * 100,
  counter: 7 + index,
}));
const pictures = readings.map((reading) => greyPicture(clockGrid, encodeBarcode(reading)));

test('every coded frame says when it was painted, on the timeline of the file', async () => {
  const file = join(await emptyFolder(), 'clock.mkv');
  await writeVideo(file, pictures, 10, ['-output_ts_offset', '3.25']);
  const frames = await decodeClock(file);
  expect(frames.map(({ paintedAtMs, counter }) => ({ paintedAtMs, counter }))).toEqual(readings);
  for (const [index, frame] of frames.entries()) expect(frame.ptsSeconds).toBeCloseTo(3.25 + index / 10, 3);
});

test('a recording at half the size of the screen is still read', async () => {
  const file = join(await emptyFolder(), 'half.mp4');
  await writeVideo(file, pictures, 10, ['-vf', 'scale=iw/2:ih/2']);
  expect(await decodeClock(file, screen.width)).toHaveLength(readings.length);
  expect(await decodeClock(file)).toHaveLength(0);
});

test('a frame with one wrong cell is left out, not read wrongly', async () => {
  const file = join(await emptyFolder(), 'wrong.mkv');
  const wrong = encodeBarcode({ paintedAtMs: startMs, counter: 1 });
  wrong[5] = (wrong[5] ?? 0) ^ 4;
  await writeVideo(file, [...pictures.slice(0, 3), greyPicture(clockGrid, wrong), ...pictures.slice(4)], 10);
  const counters = (await decodeClock(file)).map((frame) => frame.counter);
  expect(counters).toEqual(readings.map((reading) => reading.counter).filter((counter) => counter !== 10));
});
