import { expect, test } from 'vitest';
import { requestPatience } from './request-patience.ts';

const FRAGMENT = 160_000;

test('a line of 1.5 KiB a second is waited for in the end, and one that is fast again is not', () => {
  const patience = requestPatience();
  const neededMs = FRAGMENT / 1.5;
  let attempts = 0;
  while (patience.msFor(FRAGMENT) < neededMs) {
    patience.gaveUp();
    attempts += 1;
    expect(attempts).toBeLessThan(5);
  }
  // It stays so while that is needed.
  patience.answered(neededMs, patience.msFor(FRAGMENT));
  expect(patience.msFor(FRAGMENT)).toBeGreaterThan(neededMs);
  for (let answer = 0; answer < 5; answer++) patience.answered(200, patience.msFor(FRAGMENT));
  expect(patience.msFor(FRAGMENT)).toBe(20_000);
});

test('what has no body is never waited for longer, and nothing for ever', () => {
  const patience = requestPatience();
  for (let attempt = 0; attempt < 100; attempt++) patience.gaveUp();
  expect(patience.msFor(0)).toBe(10_000);
  expect(patience.msFor(FRAGMENT)).toBe(170_000);
  // Before fetch gives up by itself, after 300 s.
  expect(patience.msFor(100 * FRAGMENT)).toBe(290_000);
});
