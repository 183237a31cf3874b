import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Lamp, lamp } from '../../../contract/bridge/snapshot.ts';
import { encodePng } from './png.ts';
import { type Colour, lampInk, paint } from './shapes.ts';
import { GROUNDS } from './tray-file.ts';

const SIZE = 16;

/** The picture without its colour: which pixels are more than half covered. */
function outline(state: Lamp): string {
  const rgba = paint([lampInk(state, 'template')], SIZE);
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
  const red = GROUNDS.flatMap((ground) =>
    lamp.options.filter((state) => {
      const [r, g, b] = lampInk(state, ground).colour;
      return r > 2 * g && r > 2 * b;
    }),
  );
  expect(red).toEqual(['live', 'live']);
});

test('a template has no colour, so that macOS can give it that of its menu bar', () => {
  expect(lamp.options.map((state) => lampInk(state, 'template').colour)).toEqual(
    lamp.options.map(() => [0, 0, 0]),
  );
});

/** WCAG 2.2: what a bar's own colour is in the usual themes of Windows, GNOME and KDE. */
test.each([
  ['light', [0xe6, 0xe6, 0xe6]],
  ['dark', [0x2b, 0x2b, 0x2b]],
] as const)('every lamp stands out 3 to 1 on a %s bar', (ground, bar) => {
  for (const state of lamp.options)
    expect(contrast(lampInk(state, ground).colour, bar)).toBeGreaterThanOrEqual(3);
});

function contrast(one: Colour, other: Colour): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('the PNG holds exactly the pixels that were painted', () => {
  const rgba = paint([lampInk('live', 'light')], SIZE);
  const png = encodePng(rgba, SIZE);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([SIZE, SIZE]);
  const length = png.readUInt32BE(33);
  const rows = inflateSync(png.subarray(41, 41 + length));
  const unfiltered = Array.from({ length: SIZE }, (_, row) => rows.subarray(row * 65 + 1, row * 65 + 65));
  expect(Buffer.concat(unfiltered).equals(rgba)).toBe(true);
});
