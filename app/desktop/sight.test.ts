import { expect, test } from 'vitest';
import { elapsed } from './sight.ts';

test.each([
  [0, '0:00'],
  [999, '0:00'],
  [61_000, '1:01'],
  [2_467_999, '41:07'],
  [3_600_000, '1:00:00'],
  [36_061_000, '10:01:01'],
])('%d ms read as %s', (ms, shown) => {
  expect(elapsed(ms)).toBe(shown);
});
