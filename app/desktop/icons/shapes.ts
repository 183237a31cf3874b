import type { Lamp } from '../../../contract/bridge/snapshot.ts';

/** Whether a point of the square from -1 to 1 belongs to the picture. */
export type Shape = (x: number, y: number) => boolean;
export type Colour = readonly [red: number, green: number, blue: number];
export type Ink = { readonly shape: Shape; readonly colour: Colour };

const disc: Shape = (x, y) => Math.hypot(x, y) < 0.82;
const ring: Shape = (x, y) => disc(x, y) && Math.hypot(x, y) > 0.56;
const bars: Shape = (x, y) => Math.abs(x) > 0.2 && Math.abs(x) < 0.66 && Math.abs(y) < 0.74;
const DASHES = 6;
const dashedRing: Shape = (x, y) => {
  const turn = (Math.atan2(y, x) / (2 * Math.PI) + 1) * DASHES;
  return ring(x, y) && turn % 1 < 0.62;
};
const tile: Shape = (x, y) => {
  const [outX, outY] = [Math.max(Math.abs(x) - 0.62, 0), Math.max(Math.abs(y) - 0.62, 0)];
  return Math.hypot(outX, outY) < 0.3;
};

/** Each state has a shape of its own, so that it reads without colour. The colours hold on light and dark bars. */
export const LAMP_INK: Readonly<Record<Lamp, Ink>> = {
  off: { shape: ring, colour: [0x8a, 0x86, 0x7e] },
  live: { shape: disc, colour: [0xe5, 0x38, 0x2b] },
  paused: { shape: bars, colour: [0xd9, 0x7a, 0x06] },
  trouble: { shape: dashedRing, colour: [0xd9, 0x7a, 0x06] },
};

/** The app's own icon: the lamp, off. Red is kept for what is live. */
export const APP_INK: readonly Ink[] = [
  { shape: tile, colour: [0x1c, 0x1b, 0x19] },
  { shape: (x, y) => ring(x * 1.7, y * 1.7), colour: [0xf6, 0xf5, 0xf2] },
];

const SAMPLES = 4;

/** RGBA rows of a square picture; edges are smoothed by sampling each pixel several times. */
export function paint(inks: readonly Ink[], size: number): Buffer {
  const rgba = Buffer.alloc(size * size * 4);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      for (const { shape, colour } of inks)
        blend(rgba, (row * size + column) * 4, colour, cover(shape, column, row, size));
    }
  return rgba;
}

function cover(shape: Shape, column: number, row: number, size: number): number {
  const at = (pixel: number, sample: number): number => ((pixel + (sample + 0.5) / SAMPLES) / size) * 2 - 1;
  let inside = 0;
  for (let v = 0; v < SAMPLES; v += 1)
    for (let u = 0; u < SAMPLES; u += 1) if (shape(at(column, u), at(row, v))) inside += 1;
  return inside / SAMPLES ** 2;
}

function blend(rgba: Buffer, offset: number, colour: Colour, alpha: number): void {
  const below = (rgba[offset + 3] ?? 0) / 255;
  const sum = alpha + below * (1 - alpha);
  if (sum === 0) return;
  for (const [channel, value] of colour.entries()) {
    const under = rgba[offset + channel] ?? 0;
    rgba[offset + channel] = Math.round((value * alpha + under * below * (1 - alpha)) / sum);
  }
  rgba[offset + 3] = Math.round(sum * 255);
}
