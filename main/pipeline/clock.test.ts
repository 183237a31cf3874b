import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startSessionClock } from './clock.ts';

function settableTime(wallMs: number) {
  const time = { monotonicMs: 5_000, wallMs };
  return {
    time,
    source: { monotonicMs: () => time.monotonicMs, wallOffsetMs: () => time.wallMs - time.monotonicMs },
    pass: (ms: number) => {
      time.monotonicMs += ms;
      time.wallMs += ms;
    },
  };
}

describe('the session clock', () => {
  test('starts at zero with a wall-clock anchor and counts monotonic milliseconds', () => {
    const { source, pass } = settableTime(1_700_000_000_000);
    const clock = startSessionClock(source);
    expect(clock.anchorWallMs).toBe(1_700_000_000_000);
    expect(clock.nowMs()).toBe(0);
    pass(1_250);
    expect(clock.nowMs()).toBe(1_250);
  });

  test('places what a device stamped just now, however often the wall clock was set before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ passMs: fc.nat(100_000), setByMs: fc.integer({ min: -1e7, max: 1e7 }) })),
        fc.nat(5_000),
        (history, ageMs) => {
          const { time, source, pass } = settableTime(1_700_000_000_000);
          const clock = startSessionClock(source);
          for (const { passMs, setByMs } of history) {
            pass(passMs);
            time.wallMs += setByMs;
          }
          expect(clock.fromWallMs(time.wallMs - ageMs)).toBeCloseTo(clock.nowMs() - ageMs, 6);
        },
      ),
    );
  });

  test('of this machine places the present where it is', () => {
    const clock = startSessionClock();
    const beforeMs = clock.nowMs();
    const wallMs = Date.now();
    const afterMs = clock.nowMs();
    // Date.now() drops up to a millisecond, and on a busy machine so may the search for its step.
    expect(clock.fromWallMs(wallMs)).toBeGreaterThan(beforeMs - 1.5);
    expect(clock.fromWallMs(wallMs)).toBeLessThan(afterMs + 1.5);
  });
});
