import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pcmLayout } from './pcm-layout.ts';

const RATE = 48_000;
const START = 1_700_000_000_000;

/** A chunk whose every sample says when it was taken: milliseconds since the start. */
function chunkAt(offsetMs: number, lengthMs: number) {
  const samples = new Float32Array(Math.round((lengthMs * RATE) / 1_000) * 2);
  for (let frame = 0; frame < samples.length / 2; frame++)
    samples.fill(offsetMs + frame / 48, frame * 2, frame * 2 + 2);
  return { startedWallMs: START + offsetMs, samples, channels: 2 as const, sampleRate: RATE };
}

/** What stands at each frame that is written. */
function laid(chunks: readonly (readonly [offsetMs: number, lengthMs: number])[]): number[] {
  const layout = pcmLayout(START, RATE, 2);
  return chunks.flatMap(([offsetMs, lengthMs]) =>
    layout
      .place(chunkAt(offsetMs, lengthMs))
      .flatMap((part) => [...part].filter((_, index) => index % 2 === 0)),
  );
}

describe('sound that comes in chunks', () => {
  test('is written as it is where each begins as the one before ends', () => {
    const frames = laid([
      [0, 20],
      [20, 20],
      [40, 20],
    ]);
    expect(frames).toHaveLength(60 * 48);
    expect(frames[40 * 48]).toBeCloseTo(40, 1);
  });

  test('has silence where a part is missing, and no part twice', () => {
    const frames = laid([
      [0, 20],
      [100, 20],
      [80, 60],
    ]);
    expect(frames).toHaveLength(140 * 48);
    expect(frames.slice(20 * 48, 100 * 48).every((sample) => sample === 0)).toBe(true);
    expect(frames[130 * 48]).toBeCloseTo(130, 1);
  });

  test('jitter of some milliseconds neither tears nor moves it', () => {
    const chunks = Array.from(
      { length: 200 },
      (_, index) => [index * 20 + (index % 2 === 0 ? 0 : 4), 20] as const,
    );
    const frames = laid(chunks);
    expect(frames.filter((sample) => sample === 0).length).toBeLessThan(10);
    expect(Math.abs(frames.length / 48 - 4_000)).toBeLessThan(5);
  });

  test('a device whose clock is 500 ppm fast is followed within a few milliseconds', () => {
    const chunks = Array.from({ length: 1_500 }, (_, index) => [index * 20 * 1.0005, 20] as const);
    expect(laid(chunks).length / 48 - 30_015).toBeLessThan(3);
  });

  test('[P52] every sample stands within 25 ms of its time, whatever is lost, late or sent twice', () => {
    const step = fc.record({
      skipMs: fc.integer({ min: -60, max: 400 }),
      lengthMs: fc.integer({ min: 10, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let atMs = 0;
        const chunks = steps.map(({ skipMs, lengthMs }) => {
          const from = Math.max(0, atMs + skipMs);
          atMs = Math.max(atMs, from + lengthMs);
          return [from, lengthMs] as const;
        });
        const frames = laid([[0, 10], ...chunks]);
        const worst = frames.reduce(
          (most, sample, index) => Math.max(most, sample === 0 ? 0 : Math.abs(sample - index / 48)),
          0,
        );
        expect(worst).toBeLessThan(25);
      }),
    );
  });
});
