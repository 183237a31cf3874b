import { describe, expect, test } from 'vitest';
import type { ClockReading } from './clock.ts';
import { CLOCK_LOOK_MS, type ClockJump, jumpBetween, watchClock } from './clock-watch.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const HOUR = 3_600_000;
const before: ClockReading = { monotonicMs: 5_000, wallMs: NOON };

describe('two looks at the clocks', () => {
  test.each<[string, number, number, ClockJump | undefined]>([
    ['a second went by', 1_000, 1_000, undefined],
    ['the loop was busy for 4 s', 4_000, 4_000, undefined],
    ['the wall clock is slewed by NTP', 1_000, 1_000.5, undefined],
    ['the wall clock was set by just a second', 1_000, 2_000, undefined],
    ['the wall clock was set ahead', 1_000, 3_500, { kind: 'stepped', stepMs: 2_500 }],
    ['the wall clock was set back', 1_000, -1_500, { kind: 'stepped', stepMs: -2_500 }],
    [
      'summer time, on a machine that keeps local time',
      1_000,
      HOUR + 1_000,
      { kind: 'stepped', stepMs: HOUR },
    ],
    [
      'a sleep in which the monotonic clock slept too',
      900,
      8 * HOUR,
      { kind: 'stepped', stepMs: 8 * HOUR - 900 },
    ],
    ['a sleep in which both clocks went on', 8 * HOUR, 8 * HOUR, { kind: 'stood-still', stepMs: 8 * HOUR }],
    ['a process that was stopped for 11 s', 11_000, 11_000, { kind: 'stood-still', stepMs: 11_000 }],
  ])('where %s', (_what, monotonicMs, wallMs, jump) => {
    const after = { monotonicMs: before.monotonicMs + monotonicMs, wallMs: before.wallMs + wallMs };
    expect(jumpBetween(before, after)).toEqual(jump);
  });
});

test('each jump is told once, measured from the look before it, and none after the watch has ended', () => {
  const time = { monotonicMs: 0, wallMs: NOON };
  const jumps: ClockJump[] = [];
  let look: (() => void) | undefined;
  const end = watchClock((jump) => jumps.push(jump), {
    read: () => ({ ...time }),
    every: (delayMs, run) => {
      expect(delayMs).toBe(CLOCK_LOOK_MS);
      look = run;
      return () => {
        look = undefined;
      };
    },
  });
  const pass = (wallMs: number) => {
    time.monotonicMs += 1_000;
    time.wallMs += wallMs;
    look?.();
  };
  pass(1_000);
  pass(61_000);
  pass(1_000);
  pass(-59_000);
  expect(jumps).toEqual([
    { kind: 'stepped', stepMs: 60_000 },
    { kind: 'stepped', stepMs: -60_000 },
  ]);
  end();
  pass(61_000);
  expect(jumps).toHaveLength(2);
});
