import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clock, line, size, span } from './format.ts';

test('the clock counts only seconds that are over and shows hours when there are some', () => {
  expect([0, 999, 7_000, 2_467_400, 3_723_000, 36_000_000].map(clock)).toEqual([
    '0:00',
    '0:00',
    '0:07',
    '41:07',
    '1:02:03',
    '10:00:00',
  ]);
});

test('the clock reads back as the seconds it was given', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 360_000_000 }), (ms) => {
      const seconds = clock(ms)
        .split(':')
        .reduce((sum, part) => sum * 60 + Number(part), 0);
      expect(seconds).toBe(Math.floor(ms / 1000));
    }),
  );
});

test('a span is never told shorter than it is', () => {
  expect([0, 0.2, 4, 60, 192, 3900].map(span)).toEqual([
    '0 s',
    '1 s',
    '4 s',
    '1 min',
    '3 min 12 s',
    '1 h 5 min',
  ]);
});

test('sizes are decimal, with one digit from a megabyte on', () => {
  expect([0, 812_000, 18_214_000, 4_600_000_000].map(size)).toEqual(['0 kB', '812 kB', '18.2 MB', '4.6 GB']);
});

test('a line leaves out what is not there and begins with a capital letter', () => {
  expect(line([null, 'all delivered', '', 'nothing on disk'])).toBe('All delivered · nothing on disk');
  expect(line([null])).toBe('');
});
