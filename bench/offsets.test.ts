import { expect, test } from 'vitest';
import { offsetsOf, summaryOf } from './offsets.ts';

/** 15 frames a second for a minute, whose clock runs `ppm` fast against the file's timeline. */
const frames = (ppm: number) =>
  Array.from({ length: 900 }, (_, index) => ({
    ptsSeconds: index / 15,
    paintedAtMs: 1_700_000_000_000 + (index / 15) * 1000 * (1 + ppm / 1e6),
    counter: index,
  }));
const beeps = (lateMs: (index: number) => number) =>
  Array.from({ length: 29 }, (_, index) => 2 * (index + 1) + lateMs(index) / 1000);

test('beeps on time are 0 ms off, whichever clock the display tells', () => {
  const {
    beeps: counted,
    medianMs,
    worstMs,
    driftMs,
  } = summaryOf(
    offsetsOf(
      beeps(() => 0),
      frames(0),
    ),
  );
  expect(counted).toBe(29);
  for (const ms of [medianMs, worstMs, driftMs]) expect(Math.abs(ms)).toBeLessThan(0.01);
});

test('a late beep is told with its sign, and is the worst only where it is', () => {
  const summary = summaryOf(
    offsetsOf(
      beeps((index) => (index === 7 ? -31 : 5)),
      frames(0),
    ),
  );
  expect(summary.medianMs).toBeCloseTo(5, 1);
  expect(summary.worstMs).toBeCloseTo(-31, 1);
});

test('sound that runs away from the picture shows as drift', () => {
  const { driftMs } = summaryOf(
    offsetsOf(
      beeps((index) => index),
      frames(0),
    ),
  );
  expect(driftMs).toBeCloseTo(27, 0);
});

test('a beep where nothing was shown is not counted', () => {
  expect(offsetsOf([100], frames(0))).toEqual([]);
});
