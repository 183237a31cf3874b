import { expect, test } from 'vitest';
import { busyOf, countHand } from './due.ts';

test('hands are counted for those only who have some at work', () => {
  const hands = new Map<string, number>();
  for (const tenantId of ['one', 'two', 'one']) countHand(hands, tenantId, 1);
  expect(busyOf({ ofOne: 2, claimed: hands })).toEqual(['one']);
  for (const tenantId of ['one', 'two', 'one']) countHand(hands, tenantId, -1);
  expect(hands.size).toBe(0);
});
