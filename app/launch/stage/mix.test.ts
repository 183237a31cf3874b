import { expect, test } from 'vitest';
import { mixOf } from './mix.ts';

const rateHz = 48_000;
const chunk = 480;

/** Positions at which the sound begins after silence, the stream's first sample being heard at `startMs`. */
function onsets(chunks: number, heardAtMs: (position: number) => number): number[] {
  const mix = mixOf({ kind: 'tone', frequencyHz: 1000 }, rateHz);
  const found: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < chunks; index += 1) {
    const { position } = mix;
    for (const [offset, sample] of mix.next(chunk, heardAtMs(position)).entries()) {
      if (Math.abs(sample) < 500) continue;
      if (position + offset - lastLoud > 1000) found.push(position + offset);
      lastLoud = position + offset;
    }
  }
  return found;
}

test('a tone begins at every even second of the clock', () => {
  const startMs = 1_795_358_631_437.5;
  const heard = onsets(500, (position) => startMs + (position * 1000) / rateHz);
  expect(heard.length).toBeGreaterThanOrEqual(2);
  for (const position of heard) {
    const offMs = ((startMs + (position * 1000) / rateHz + 1000) % 2000) - 1000;
    expect(Math.abs(offMs)).toBeLessThan(0.1);
  }
});

test('a clock that wavers by a few milliseconds gives neither two tones nor none', () => {
  const waver = (position: number) =>
    1_000_000 + 990 + (position * 1000) / rateHz + ((position / chunk) % 2) * 4;
  expect(onsets(1000, waver)).toHaveLength(5);
});

test('a tone whose time passed in a stall is left out, not played late', () => {
  const stalled = (position: number) =>
    1_000_000 + (position * 1000) / rateHz + (position >= 90_000 ? 500 : 0);
  const heard = onsets(400, stalled).map((position) => Math.round(stalled(position) - 1_000_000));
  expect(heard).toEqual([0, 4000]);
});

test('no tone is played while the clock is not known', () => {
  const mix = mixOf({ kind: 'tone', frequencyHz: 1000 }, rateHz);
  for (let index = 0; index < 300; index += 1)
    expect(mix.next(chunk, undefined).every((sample) => sample === 0)).toBe(true);
  expect(mix.next(chunk, 2_000_000).some((sample) => sample !== 0)).toBe(true);
});

test('a loop goes round, a sound on top is added once and too much is clipped', () => {
  const mix = mixOf({ kind: 'loop', samples: Int16Array.of(10, 20, 30_000) }, rateHz);
  expect([...mix.next(4, undefined)]).toEqual([10, 20, 30_000, 10]);
  expect(mix.add(Int16Array.of(1, 30_000))).toBe(4);
  expect([...mix.next(4, undefined)]).toEqual([21, 32_767, 10, 20]);
});
