import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, whereIs } from './overlay-place.ts';

const laptop = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1440, height: 900 },
  workArea: { x: 0, y: 25, width: 1440, height: 800 },
};
const beamer = {
  id: 2,
  bounds: { x: 1440, y: 0, width: 1920, height: 1080 },
  workArea: { x: 1440, y: 0, width: 1920, height: 1080 },
};
const both = [laptop, beamer];
const size = { width: 400, height: 40 };

test('it begins in the lower left of the primary display, off its edges', () => {
  expect(placeOf({}, both, undefined)).toEqual({ x: 16, y: 25 + 800 - 40 - 16, ...size });
});

test('each display has a place of its own, and it comes back to the one where it was put last', () => {
  const places = { 1: { x: 100, y: 125 }, 2: { x: 60, y: 5 } };
  expect(placeOf(places, both, '2')).toMatchObject({ x: 1500, y: 5 });
  expect(placeOf(places, [laptop], '2')).toMatchObject({ x: 100, y: 125 });
  expect(placeOf(places, both, undefined)).toMatchObject({ x: 100, y: 125 });
  const moved = {
    ...beamer,
    bounds: { ...beamer.bounds, x: -1920 },
    workArea: { ...beamer.workArea, x: -1920 },
  };
  expect(placeOf(places, [laptop, moved], '2')).toMatchObject({ x: -1860, y: 5 });
});

test('after a start it goes to the display where it has a place, although another is the primary one', () => {
  expect(placeOf({ 2: { x: 60, y: 5 } }, both, undefined)).toMatchObject({ x: 1500, y: 5 });
});

test('its place is told by the display under its middle, and by none where there is none', () => {
  expect(whereIs({ x: 1400, y: 100, ...size }, both)).toEqual({ display: '2', place: { x: -40, y: 100 } });
  expect(whereIs({ x: 100, y: 10, ...size }, both)).toEqual({ display: '1', place: { x: 100, y: 10 } });
  expect(whereIs({ x: 9000, y: 0, ...size }, both)).toBeUndefined();
});

test('without a display it has no place', () => {
  expect(placeOf({}, [], undefined)).toBeUndefined();
});

test('wherever it was, and whatever displays are there now, all of it is inside the work area of one', () => {
  const number = fc.integer({ min: -20_000, max: 20_000 });
  const id = fc.integer({ min: 1, max: 5 });
  const display = fc
    .record({
      id,
      bounds: fc.record({
        x: number,
        y: number,
        width: fc.integer({ min: 400, max: 8000 }),
        height: fc.integer({ min: 100, max: 8000 }),
      }),
      bar: fc.integer({ min: 0, max: 40 }),
    })
    .map(({ bar, bounds, ...rest }) => ({
      ...rest,
      bounds,
      workArea: { ...bounds, y: bounds.y + bar, height: bounds.height - bar },
    }));
  const places = fc.dictionary(id.map(String), fc.record({ x: number, y: number }));
  fc.assert(
    fc.property(
      places,
      fc.array(display, { minLength: 1, maxLength: 4 }),
      fc.option(id),
      (held, there, last) => {
        const found = placeOf(held, there, last === null ? undefined : String(last));
        return there.some(
          ({ workArea: { x, y, width, height } }) =>
            found !== undefined &&
            found.x >= x &&
            found.y >= y &&
            found.x + found.width <= x + width &&
            found.y + found.height <= y + height,
        );
      },
    ),
  );
});
