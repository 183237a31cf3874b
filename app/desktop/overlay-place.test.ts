import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { movedTo, NOWHERE, placeOf, type Remembered, readPlaces, writePlaces } from './overlay-place.ts';

const laptop = { id: 1, workArea: { x: 0, y: 25, width: 1440, height: 800 } };
const beamer = { id: 2, workArea: { x: 1440, y: 0, width: 1920, height: 1080 } };

test('it begins in the lower left of the primary display, off its edges', () => {
  expect(placeOf(NOWHERE, [laptop, beamer])).toEqual({
    x: 16,
    y: 25 + 800 - 40 - 16,
    width: 380,
    height: 40,
  });
});

test('each display has a place of its own, and it comes back to the display where it was last', () => {
  const onLaptop = movedTo(NOWHERE, { x: 100, y: 125, width: 380, height: 40 }, [laptop, beamer]);
  const onBeamer = movedTo(onLaptop, { x: 1500, y: 5, width: 380, height: 40 }, [laptop, beamer]);
  expect(placeOf(onBeamer, [laptop, beamer])).toMatchObject({ x: 1500, y: 5 });
  expect(placeOf(onBeamer, [laptop])).toMatchObject({ x: 100, y: 125 });
  expect(
    placeOf(onBeamer, [laptop, { ...beamer, workArea: { ...beamer.workArea, x: -1920 } }]),
  ).toMatchObject({
    x: -1920 + 60,
    y: 5,
  });
});

test('what is under no display is not remembered, and without a display it has no place', () => {
  expect(movedTo(NOWHERE, { x: 9000, y: 0, width: 380, height: 40 }, [laptop])).toBe(NOWHERE);
  expect(placeOf(NOWHERE, [])).toBeUndefined();
});

test('wherever it was, and whatever displays are there now, all of it is inside the work area of one', () => {
  const number = fc.integer({ min: -20_000, max: 20_000 });
  const display = fc.record({
    id: fc.integer({ min: 1, max: 5 }),
    workArea: fc.record({
      x: number,
      y: number,
      width: fc.integer({ min: 380, max: 8000 }),
      height: fc.integer({ min: 40, max: 8000 }),
    }),
  });
  const before = fc.record({
    last: fc.option(fc.integer({ min: 1, max: 5 })),
    places: fc.array(fc.record({ display: fc.integer({ min: 1, max: 5 }), x: number, y: number }), {
      maxLength: 5,
    }),
  });
  fc.assert(
    fc.property(before, fc.array(display, { minLength: 1, maxLength: 4 }), (places, displays) => {
      const found = placeOf(places, displays);
      return displays.some(
        ({ workArea: { x, y, width, height } }) =>
          found !== undefined &&
          found.x >= x &&
          found.y >= y &&
          found.x + found.width <= x + width &&
          found.y + found.height <= y + height,
      );
    }),
  );
});

test('of more displays than anyone has the oldest are forgotten', () => {
  let places: Remembered = NOWHERE;
  for (let id = 1; id <= 40; id += 1)
    places = movedTo(places, { x: 1, y: 26, width: 380, height: 40 }, [{ ...laptop, id }]);
  expect(places.places.map(({ display }) => display)).toEqual(Array.from({ length: 16 }, (_, at) => 25 + at));
});

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tallylight-places-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

test('it is found again in the data folder, in a file that only this user may read', async () => {
  expect(await readPlaces(dataDir)).toEqual(NOWHERE);
  const places = movedTo(NOWHERE, { x: 100, y: 125, width: 380, height: 40 }, [laptop]);
  await writePlaces(dataDir, places);
  expect(await readPlaces(dataDir)).toEqual(places);
  expect(await readdir(dataDir)).toEqual(['overlay.json']);
  expect((await stat(join(dataDir, 'overlay.json'))).mode & 0o777).toBe(0o600);
});

test.each([
  '',
  '{',
  '[]',
  '{"last":"1","places":[]}',
  '{"last":null,"places":[{"display":1,"x":0.5,"y":0}]}',
])('a file that holds %j costs a move and nothing more', async (held) => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await writeFile(join(dataDir, 'overlay.json'), held);
  expect(await readPlaces(dataDir)).toEqual(NOWHERE);
  expect(stderr.mock.calls.join('')).toContain('overlay.places-unreadable');
  stderr.mockRestore();
  expect(await readFile(join(dataDir, 'overlay.json'), 'utf8')).toBe(held);
});
