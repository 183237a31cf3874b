import { expect, test } from 'vitest';
import { decodeBarcode, encodeBarcode } from './barcode.ts';
import { assertPatternBits, clockGrid, patternGrid, whiteRectangles } from './grid.ts';

test('white cells become rectangles, one per run', () => {
  const bits = assertPatternBits('C100000000000081');
  expect(whiteRectangles(patternGrid, bits)).toEqual([
    [0, 0, 128, 64],
    [448, 0, 64, 64],
    [0, 448, 64, 64],
    [448, 448, 64, 64],
  ]);
});

test('the whole barcode fits its cells', () => {
  expect(encodeBarcode({ paintedAtMs: Date.now(), counter: 1 }).length * 8).toBe(
    clockGrid.columns * clockGrid.rows,
  );
});

test('a barcode says what was put in, and nothing once any bit is wrong', () => {
  const reading = { paintedAtMs: 1_795_358_631_429, counter: 16_777_215 };
  const bytes = encodeBarcode(reading);
  expect(decodeBarcode(bytes)).toEqual(reading);
  for (let bit = 0; bit < 96; bit += 1) {
    const wrong = bytes.slice();
    wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(decodeBarcode(wrong)).toBeUndefined();
  }
});

test('a pattern that is not 16 hex digits is refused', () => {
  for (const pattern of ['', 'c1', 'g100000000000081', 'c1000000000000811']) {
    expect(() => assertPatternBits(pattern)).toThrow(/16 hex digits/);
  }
});
