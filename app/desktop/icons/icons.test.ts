import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { lamp } from '../../../contract/bridge/snapshot.ts';
import { encodePng } from './png.ts';
import { LAMP_INK, paint } from './shapes.ts';

const SIZE = 16;

/** The picture without its colour: which pixels are more than half covered. */
function outline(state: keyof typeof LAMP_INK): string {
  const rgba = paint([LAMP_INK[state]], SIZE);
  const rows = Array.from({ length: SIZE }, (_, row) =>
    Array.from({ length: SIZE }, (_, column) =>
      (rgba[(row * SIZE + column) * 4 + 3] ?? 0) > 127 ? '#' : '.',
    ).join(''),
  );
  return rows.join('\n');
}

test('every lamp has a shape of its own, also without colour', () => {
  const outlines = lamp.options.map(outline);
  for (const [at, one] of outlines.entries())
    for (const other of outlines.slice(at + 1)) {
      const differing = [...one].filter((pixel, position) => pixel !== other[position]).length;
      expect(differing).toBeGreaterThan(16);
    }
});

test('red is the colour of what is live and of nothing else', () => {
  const red = lamp.options.filter((state) => {
    const [r, g, b] = LAMP_INK[state].colour;
    return r > 180 && g < 90 && b < 90;
  });
  expect(red).toEqual(['live']);
});

test('the PNG holds exactly the pixels that were painted', () => {
  const rgba = paint([LAMP_INK.live], SIZE);
  const png = encodePng(rgba, SIZE);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([SIZE, SIZE]);
  const length = png.readUInt32BE(33);
  const rows = inflateSync(png.subarray(41, 41 + length));
  const unfiltered = Array.from({ length: SIZE }, (_, row) => rows.subarray(row * 65 + 1, row * 65 + 65));
  expect(Buffer.concat(unfiltered).equals(rgba)).toBe(true);
});
