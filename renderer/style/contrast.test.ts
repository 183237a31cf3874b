import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The tokens themselves, measured as WCAG 2.2 does: text 4.5 to 1, rings and meters 3 to 1. */

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
/** The tokens of a block, as they are in the light and in the dark. */
const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body = '']) => {
  const tokens = [...body.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)];
  return {
    light: Object.fromEntries(tokens.map(([, name, light]) => [name, light])),
    dark: Object.fromEntries(tokens.map(([, name, , dark]) => [name, dark])),
  };
});
const [all, more] = blocks;
const themes = {
  light: { ...all?.light },
  dark: { ...all?.dark },
  'light, more contrast': { ...all?.light, ...more?.light },
  'dark, more contrast': { ...all?.dark, ...more?.dark },
};

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one = '', other = ''): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const TEXT = [
  ['ink', 'paper'],
  ['ink', 'surface'],
  ['ink', 'amber-soft'],
  ['ink-2', 'paper'],
  ['ink-2', 'surface'],
  ['ink-2', 'sunken'],
  ['ink-2', 'amber-soft'],
  ['paper', 'ink'],
  ['on-live', 'live'],
  ['amber', 'amber-soft'],
  ['amber', 'paper'],
  ['blue', 'blue-soft'],
] as const;
const SHAPES = [
  ['ring', 'paper'],
  ['ring', 'surface'],
  ['ring', 'amber-soft'],
  ['live', 'paper'],
  ['amber', 'paper'],
  ['green', 'sunken'],
  ['green', 'paper'],
  ['blue', 'sunken'],
  ['focus', 'paper'],
  ['focus', 'surface'],
  ['focus', 'amber-soft'],
] as const;

test.each(Object.entries(themes))('%s: text and shapes stand out enough', (_name, tokens) => {
  const weak = [
    ...TEXT.map(([front, back]) => ({ front, back, least: 4.5 })),
    ...SHAPES.map(([front, back]) => ({ front, back, least: 3 })),
  ]
    .map((pair) => ({ ...pair, contrast: contrast(tokens[pair.front], tokens[pair.back]) }))
    .filter((pair) => !(pair.contrast >= pair.least));
  expect(weak).toEqual([]);
});
