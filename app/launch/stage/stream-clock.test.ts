import { expect, test } from 'vitest';
import { streamClock } from './stream-clock.ts';

const line = (seconds: number) => `Time: ${seconds.toFixed(3)} sec; Latency: 106034 usec.        \r`;

test('the start is known once the stream plays, and a late reading does not move it', () => {
  const clock = streamClock();
  for (let nowMs = 5000; nowMs < 5200; nowMs += 50) clock.read(line(0), nowMs);
  expect(clock.startedAtMs()).toBeUndefined();
  for (let heardMs = 50; heardMs < 1000; heardMs += 50) {
    clock.read(line(heardMs / 1000), 5200 + heardMs + (heardMs % 200 === 0 ? 30 : 0));
  }
  expect(clock.startedAtMs()).toBeCloseTo(5200, 3);
});

test('a line that comes in two pieces is read whole', () => {
  const clock = streamClock();
  for (let heardMs = 50; heardMs < 400; heardMs += 50) {
    clock.read(line(heardMs / 1000).slice(0, 9), 1000 + heardMs - 1);
    clock.read(line(heardMs / 1000).slice(9), 1000 + heardMs);
  }
  expect(clock.startedAtMs()).toBeCloseTo(1000, 3);
});

test('after a stall the start moves by as much', () => {
  const clock = streamClock();
  for (let heardMs = 50; heardMs < 1000; heardMs += 50) clock.read(line(heardMs / 1000), 1000 + heardMs);
  for (let heardMs = 1000; heardMs < 2000; heardMs += 50) clock.read(line(heardMs / 1000), 1200 + heardMs);
  expect(clock.startedAtMs()).toBeCloseTo(1200, 3);
});

test('the clock is steady once its readings agree, not while the stream starts', () => {
  const clock = streamClock();
  const starts = [1000, 1040, 1048, 1048, 1047, 1048, 1048];
  for (const [index, startMs] of starts.entries())
    clock.read(line((index + 1) / 20), startMs + (index + 1) * 50);
  expect(clock.isSteady()).toBe(false);
  clock.read(line(0.4), 1448);
  expect(clock.isSteady()).toBe(true);
});
