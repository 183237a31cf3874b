import type { Lamp } from '../../../contract/bridge/snapshot.ts';
import type { Ground } from './tray-file.ts';

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

/** Each state has a shape of its own, so that it reads without colour. */
const SHAPES: Readonly<Record<Lamp, Shape>> = { off: ring, live: disc, paused: bars, trouble: dashedRing };

const BLACK: Colour = [0, 0, 0];
const AMBER_ON_LIGHT: Colour = [0x8f, 0x4a, 0x06];
const AMBER_ON_DARK: Colour = [0xf0, 0xa8, 0x48];
/** As renderer/style/tokens.css has them; of a template macOS takes the shape alone. */
const COLOURS: Readonly<Record<Ground, Readonly<Record<Lamp, Colour>>>> = {
  template: { off: BLACK, live: BLACK, paused: BLACK, trouble: BLACK },
  light: {
    off: [0x57, 0x54, 0x4e],
    live: [0xd9, 0x2d, 0x20],
    paused: AMBER_ON_LIGHT,
    trouble: AMBER_ON_LIGHT,
  },
  dark: { off: [0xb8, 0xb4, 0xab], live: [0xff, 0x5a, 0x4f], paused: AMBER_ON_DARK, trouble: AMBER_ON_DARK },
};

export function lampInk(lamp: Lamp, ground: Ground): Ink {
  return { shape: SHAPES[lamp], colour: COLOURS[ground][lamp] };
}

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
