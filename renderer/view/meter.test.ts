import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meterDb, meterFill } from './meter.ts';

test('the meter is empty at -60 dBFS and full at 0', () => {
  expect([-60, -45, -30, 0].map(meterFill)).toEqual([0, 0.25, 0.5, 1]);
});

test('no level, silence and overload included, leaves the meter', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (level) => {
      expect(meterFill(level)).toBeGreaterThanOrEqual(0);
      expect(meterFill(level)).toBeLessThanOrEqual(1);
      expect(meterDb(level)).toBeGreaterThanOrEqual(-60);
      expect(meterDb(level)).toBeLessThanOrEqual(0);
    }),
  );
});
