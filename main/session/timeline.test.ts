import { expect, test } from 'vitest';
import { timeline } from './timeline.ts';

test('recorded time begins with the earliest first sample of all channels', () => {
  const time = timeline();
  time.open();
  time.took(240);
  time.took(110);
  expect(time.activeMs(900, true)).toBe(0);
  expect(time.pausedBeforeMs()).toBe(110);
  time.reached(1110);
  expect(time.activeMs(1300, true)).toBe(1190);
  expect(time.activeMs(1300, false)).toBe(1000);
});

test('[P05] the time between the last sample and the first one after a pause is not counted', () => {
  const time = timeline();
  time.open();
  time.took(100);
  time.pausedBeforeMs();
  time.reached(5100);
  expect(time.activeMs(9000, false)).toBe(5000);
  time.open();
  expect(time.activeMs(9500, false)).toBe(5000);
  time.took(10_200);
  time.took(10_150);
  expect(time.pausedBeforeMs()).toBe(5150);
  time.reached(12_150);
  expect(time.activeMs(12_150, false)).toBe(7000);
});

test('a pause before anything was captured leaves nothing behind', () => {
  const time = timeline();
  time.open();
  time.open();
  time.took(800);
  expect(time.pausedBeforeMs()).toBe(800);
  expect(time.activeMs(800, false)).toBe(0);
});
