import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxAt, boxesIn, findBox, placedAt, timescaleOf, timingOf } from './mp4.ts';

function box(type: string, ...content: Uint8Array[]): Buffer {
  const header = Buffer.alloc(8);
  const bytes = content.reduce((sum, part) => sum + part.length, 8);
  header.writeUInt32BE(bytes);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...content]);
}
function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => void bytes.writeUInt32BE(value, index * 4));
  return bytes;
}
type Parts = { tfhd?: Buffer; tfdt?: Buffer; trun?: Buffer };
function fragment({
  tfhd = words(0x8, 1, 20),
  tfdt = words(1 << 24, 0, 1000),
  trun = words(0, 3),
}: Parts = {}): Buffer {
  const traf = box('traf', box('tfhd', tfhd), box('tfdt', tfdt), box('trun', trun));
  return Buffer.concat([box('moof', box('mfhd', words(0, 1)), traf), box('mdat', Buffer.from('media'))]);
}

/** What a reader may do with bytes from anywhere: an answer, or RangeError, which its callers expect. */
function answered<T>(read: () => T): T | RangeError {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
function readAll(bytes: Uint8Array): void {
  answered(() => boxAt(bytes, 0));
  const boxes = answered(() => boxesIn(bytes));
  if (Array.isArray(boxes))
    for (const { offset, size } of boxes) expect(offset + size).toBeLessThanOrEqual(bytes.length);
  answered(() => timescaleOf(bytes));
  answered(() => timingOf(bytes));
  answered(() => placedAt(bytes, 5, 1));
}

describe('arbitrary bytes', () => {
  test('never make a reader run on, read beyond them or change them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const before = bytes.slice();
        readAll(bytes);
        expect(bytes).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('that begin as a fragment and are cut or changed anywhere do not either', () => {
    const whole = fragment({ trun: words(0x301, 3, 8, 20, 5, 21, 6, 22, 7) });
    for (let length = 0; length <= whole.length; length++) readAll(whole.subarray(0, length));
    for (let at = 0; at < whole.length; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = value;
        readAll(changed);
      }
  });

  test('in the middle of a larger buffer are read as by themselves', () => {
    const whole = fragment();
    const inside = Buffer.concat([Buffer.alloc(13, 0xee), whole, Buffer.alloc(9, 0xee)]).subarray(
      13,
      13 + whole.length,
    );
    expect(timingOf(inside)).toEqual(timingOf(whole));
    expect(Buffer.from(placedAt(inside, 7, 2))).toEqual(Buffer.from(placedAt(whole, 7, 2)));
  });
});

describe('boxes', () => {
  test('may have a 64-bit size', () => {
    const wide = Buffer.concat([words(1), Buffer.from('mdat'), words(0, 20), Buffer.from('data')]);
    expect(boxAt(wide, 0)).toEqual({ type: 'mdat', offset: 0, size: 20, headerBytes: 16 });
    expect(boxAt(wide.subarray(0, 15), 0)).toBeUndefined();
  });

  test('with a size smaller than their header are refused', () => {
    for (const size of [0, 2, 7])
      expect(() => boxAt(Buffer.concat([words(size), Buffer.from('free')]), 0)).toThrow(RangeError);
    const wide = Buffer.concat([words(1), Buffer.from('mdat'), words(0, 15)]);
    expect(() => boxAt(wide, 0)).toThrow(RangeError);
  });

  test('that do not lie whole within their parent are not among its boxes', () => {
    const torn = Buffer.concat([box('moov', box('trak')), box('free').subarray(0, 6)]);
    expect(boxesIn(torn).map(({ type }) => type)).toEqual(['moov']);
    expect(findBox(torn, ['moov', 'trak'])).toEqual({ type: 'trak', offset: 8, size: 8, headerBytes: 8 });
    expect(findBox(torn, ['moov', 'mdia'])).toBeUndefined();
  });
});

describe('the timing of a fragment', () => {
  test('counts samples by the default duration or by their own', () => {
    expect(timingOf(fragment())).toEqual({ startTicks: 1000, durationTicks: 60, samples: 3 });
    const own = words(0x301, 2, 8, 20, 500, 25, 500);
    expect(timingOf(fragment({ trun: own }))).toEqual({ startTicks: 1000, durationTicks: 45, samples: 2 });
    const short = words(0, 77);
    expect(timingOf(fragment({ tfdt: short }))).toMatchObject({ startTicks: 77 });
    const skipping = words(0xb, 1, 0, 0, 1, 30);
    expect(timingOf(fragment({ tfhd: skipping }))).toMatchObject({ durationTicks: 90 });
  });

  test('is refused where a box claims more samples than it holds, instead of reading its neighbour', () => {
    expect(() => timingOf(fragment({ trun: words(0x100, 4, 20, 20) }))).toThrow(/trun/);
    expect(() => timingOf(fragment({ trun: words(0x100, 0xffffffff, 20) }))).toThrow(/trun/);
    expect(() => timingOf(fragment({ tfhd: words(0x8, 1) }))).toThrow(/tfhd/);
    expect(() => timingOf(fragment({ tfdt: words(1 << 24, 0) }))).toThrow(/tfdt/);
  });

  test('is that of a media fragment only', () => {
    expect(timingOf(box('ftyp', words(0)))).toBeUndefined();
    expect(() => placedAt(box('ftyp', words(0)), 0, 1)).toThrow(RangeError);
  });

  test('moves to any time its field holds, and nothing else of the fragment changes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 0xffffffff }), (start, number) => {
        const original = fragment();
        const placed = Buffer.from(placedAt(original, start, number));
        expect(timingOf(placed)).toEqual({ startTicks: start, durationTicks: 60, samples: 3 });
        expect(Buffer.from(placedAt(placed, 1000, 1))).toEqual(original);
      }),
    );
  });

  test('does not move to a time its field does not hold', () => {
    const short = fragment({ tfdt: words(0, 77) });
    expect(timingOf(placedAt(short, 0xffffffff, 1))).toMatchObject({ startTicks: 0xffffffff });
    expect(() => placedAt(short, 2 ** 32, 1)).toThrow(RangeError);
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => placedAt(fragment(), time, 1)).toThrow(RangeError);
  });
});
