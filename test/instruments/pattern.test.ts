import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patternGrid } from '../../app/launch/stage/grid.ts';
import { emptyFolder, greyPicture, writeVideo } from './fixtures.ts';
import { rawPatternLines, readPattern } from './pattern.ts';

const [first, second] = ['8f3a61c49be20d75', '12d4e8a70b5cf963'];
const pictureOf = (pattern: string) => greyPicture(patternGrid, Buffer.from(pattern, 'hex'));

test('the known picture on the screen at a time of the file is read back from H.264', async () => {
  const file = join(await emptyFolder(), 'patterns.mkv');
  await writeVideo(file, [...Array(10).fill(pictureOf(first)), ...Array(10).fill(pictureOf(second))], 10);
  expect(await readPattern(file, 0.95)).toBe(first);
  expect(await readPattern(file, 1.05)).toBe(second);
  expect(await readPattern(file, 99)).toBe(second);
});

test('a screen without a known picture gives none', async () => {
  const file = join(await emptyFolder(), 'grey.mkv');
  await writeVideo(file, Array(5).fill(Buffer.alloc(pictureOf(first).length, 128)), 10);
  expect(await readPattern(file, 0.3)).toBeUndefined();
});

test('an uncoded picture holds one of the lines to search for, another pattern holds none', () => {
  const [lines, picture] = [rawPatternLines(first), pictureOf(first)];
  expect(lines.some((line) => picture.includes(line))).toBe(true);
  expect(rawPatternLines(second).some((line) => picture.includes(line))).toBe(false);
});

test('a pattern too plain to be searched for is refused', () => {
  expect(() => rawPatternLines('ff00ff00ff00ff00')).toThrow(/too plain/);
  expect(() => rawPatternLines('8f3a')).toThrow(/16 hex digits/);
});
