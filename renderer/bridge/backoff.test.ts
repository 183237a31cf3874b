import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('waits longer after each attempt and never longer than four seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 5000].map(backoffMs)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
});
