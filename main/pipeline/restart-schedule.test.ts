import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RESTART_WINDOW_MS, restartDelayMs } from './restart-schedule.ts';

describe('the restart schedule', () => {
  test('waits longer each time and gives up after five within a minute', () => {
    const restarts: number[] = [];
    const delays = Array.from({ length: 6 }, (_unused, index) => {
      const delayMs = restartDelayMs(restarts, index * 1_000);
      restarts.push(index * 1_000);
      return delayMs;
    });
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, undefined]);
  });

  test('starts afresh when the last minute was quiet', () => {
    expect(restartDelayMs([0, 1, 2, 3, 4], RESTART_WINDOW_MS + 5)).toBe(250);
  });

  test('never allows six restarts within any minute', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 100 }), (pausesMs) => {
        const restarts: number[] = [];
        let nowMs = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (restartDelayMs(restarts, nowMs) !== undefined) restarts.push(nowMs);
        }
        restarts.forEach((atMs, index) => {
          const sixth = restarts[index + 5];
          if (sixth !== undefined) expect(sixth - atMs).toBeGreaterThanOrEqual(RESTART_WINDOW_MS);
        });
      }),
    );
  });
});
