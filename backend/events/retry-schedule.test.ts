import { expect, test } from 'vitest';
import { TRIED_FOR_MS, waitAfter } from './retry-schedule.ts';

test('the first wait is 5 to 10 s, each is twice as long as the one before, the longest half an hour to an hour', () => {
  const seconds = (attempts: number) => [0, 1].map((random) => waitAfter(attempts, random) / 1000);
  expect(seconds(1)).toEqual([5, 10]);
  expect(seconds(2)).toEqual([10, 20]);
  expect(seconds(5)).toEqual([80, 160]);
  for (const attempts of [10, 30, 1000]) expect(seconds(attempts)).toEqual([1800, 3600]);
});

test('a day of failures takes some dozens of attempts', () => {
  const attemptsOf = (random: number) => {
    let attempts = 1;
    for (let at = 0; at < TRIED_FOR_MS; attempts++) at += waitAfter(attempts, random);
    return attempts;
  };
  expect(attemptsOf(1)).toBe(33);
  expect(attemptsOf(0)).toBe(57);
});
