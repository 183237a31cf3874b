import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { snapshotFeed } from './snapshot-feed.ts';
import { testSnapshot } from './test-snapshot.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function followed() {
  const feed = snapshotFeed((revision) => testSnapshot({ revision }));
  const seen: number[] = [];
  const listener = (snapshot: Snapshot) => void seen.push(snapshot.revision);
  return { feed, seen, listener };
}

test('whoever subscribes gets the latest snapshot at once', () => {
  const { feed, seen, listener } = followed();
  expect(feed.latest().revision).toBe(1);
  feed.subscribe(listener);
  expect(seen).toEqual([2]);
});

test('a first change is told at once, further ones at most ten times a second, and the last one always', () => {
  const { feed, seen, listener } = followed();
  feed.subscribe(listener);
  feed.changed();
  vi.advanceTimersByTime(0);
  expect(seen).toHaveLength(2);
  for (let ms = 0; ms < 1000; ms += 5) {
    feed.changed();
    vi.advanceTimersByTime(5);
  }
  vi.advanceTimersByTime(100);
  expect(seen).toHaveLength(2 + 10);
  vi.advanceTimersByTime(10_000);
  expect(seen).toHaveLength(2 + 10);
});

test('nothing is made where nobody listens', () => {
  const { feed, seen, listener } = followed();
  feed.subscribe(listener)();
  feed.changed();
  expect(vi.getTimerCount()).toBe(0);
  expect(seen).toHaveLength(1);
});

test('a listener may leave while it is told', () => {
  const { feed, seen, listener } = followed();
  const leave: (() => void)[] = [];
  leave.push(feed.subscribe(() => leave.at(0)?.()));
  feed.subscribe(listener);
  feed.changed();
  vi.advanceTimersByTime(0);
  expect(seen).toHaveLength(2);
});

test('closing tells what is still to tell, then nobody any more', () => {
  const { feed, seen, listener } = followed();
  feed.subscribe(listener);
  feed.changed();
  feed.close();
  expect(seen).toHaveLength(2);
  feed.changed();
  expect(vi.getTimerCount()).toBe(0);
});
