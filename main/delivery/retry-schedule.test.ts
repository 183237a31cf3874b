import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs } from './retry-schedule.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait is never nothing and never longer than half a minute', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), random, (attempt, chance) => {
      const delayMs = retryDelayMs(attempt, chance);
      expect(delayMs).toBeGreaterThanOrEqual(25);
      expect(delayMs).toBeLessThanOrEqual(30_000);
    }),
  );
});

test('with the same chance a later attempt never waits less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), random, (attempt, chance) => {
      expect(retryDelayMs(attempt + 1, chance)).toBeGreaterThanOrEqual(retryDelayMs(attempt, chance));
    }),
  );
});

test('waits double and are spread over nine tenths of their ceiling', () => {
  expect([1, 2, 3, 4].map((attempt) => retryDelayMs(attempt, 0))).toEqual([25, 50, 100, 200]);
  expect([1, 2, 8].map((attempt) => retryDelayMs(attempt, 1))).toEqual([250, 500, 30_000]);
});
