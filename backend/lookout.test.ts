import { expect, test, vi } from 'vitest';
import type { LogLine } from './log.ts';
import { lookout } from './lookout.ts';

const clock = Date.now;

test('looks once at a time, and once more where it was woken meanwhile', async () => {
  let [looks, underWay, most] = [0, 0, 0];
  const look = async () => {
    looks += 1;
    most = Math.max(most, ++underWay);
    if (looks === 1) for (let times = 0; times < 3; times++) watch.wake();
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return undefined;
  };
  const watch = lookout({ look, longestSleepMs: 3600_000, clock, log: () => undefined });
  watch.wake();
  await vi.waitFor(() => expect([looks, underWay]).toEqual([2, 0]));
  await watch.close();
  watch.wake();
  expect([looks, most]).toEqual([2, 1]);
});

test('looks when something is due, and goes on after a look that broke, which is told', async () => {
  const log: LogLine[] = [];
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks === 1) throw new Error('the store is away');
    return looks === 2 ? clock() + 1 : undefined;
  };
  const watch = lookout({ look, longestSleepMs: 1, clock, log: (line) => log.push(line) });
  watch.wake();
  await vi.waitFor(() => expect(looks).toBeGreaterThan(2));
  await watch.close();
  expect(log).toMatchObject([{ type: 'fault' }]);
});
