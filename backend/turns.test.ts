import { expect, test } from 'vitest';
import { newTurns } from './turns.ts';

test('work of one name runs in order, one at a time, also after a failure', async () => {
  const turns = newTurns();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const slow = turns('a', async () => {
    await first.promise;
    told.push('first');
    throw new Error('no');
  });
  const next = turns('a', async () => void told.push('second'));
  const other = turns('b', async () => void told.push('other'));
  await other;
  expect(told).toEqual(['other']);
  first.resolve();
  await expect(slow).rejects.toThrow('no');
  await next;
  expect(told).toEqual(['other', 'first', 'second']);
});
