import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fragment } from '../../contract/fragment.ts';
import { testFragment } from '../vault/test-vault.ts';
import { liveRing } from './live-ring.ts';

const BOUNDS = { maxMs: 5000, maxBytes: 1000 };
function sized(take: number, sequence: number, bytes: number): Fragment {
  return testFragment({ take, sequence, bytes: Buffer.alloc(bytes) });
}
/** Everything that waits, in order; empties the ring. */
function drained(ring: ReturnType<typeof liveRing>): Fragment[] {
  const found: Fragment[] = [];
  for (let first = ring.first(); first !== undefined; first = ring.first()) {
    found.push(first);
    ring.passed(first);
  }
  return found;
}

test('what waits stays within its bounds, init segments stay, and every drop is counted', () => {
  const pushed = fc.array(fc.record({ init: fc.boolean(), bytes: fc.integer({ min: 1, max: 900 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(pushed, (all) => {
      const ring = liveRing(BOUNDS);
      let [take, sequence] = [0, 0];
      for (const { init, bytes } of all) {
        [take, sequence] = init || take === 0 ? [take + 1, 0] : [take, sequence + 1];
        ring.push(sized(take, sequence, sequence === 0 ? 1 : bytes));
      }
      const dropped = ring.dropped();
      const kept = drained(ring).map(({ header }) => header);
      expect(kept.length + dropped).toBe(all.length);
      expect(kept.filter((header) => header.sequence === 0)).toHaveLength(take);
      expect(kept.reduce((sum, header) => sum + header.durationMs, 0)).toBeLessThanOrEqual(BOUNDS.maxMs);
      expect(kept.reduce((sum, header) => sum + header.bytes, 0)).toBeLessThanOrEqual(BOUNDS.maxBytes);
      const places = kept.map((header) => header.take * 1000 + header.sequence);
      expect([...places].sort((a, b) => a - b)).toEqual(places);
    }),
  );
});

test('the oldest is dropped first', () => {
  const ring = liveRing(BOUNDS);
  for (let sequence = 0; sequence <= 7; sequence++) ring.push(sized(1, sequence, 1));
  expect(ring.dropped()).toBe(2);
  expect(drained(ring).map(({ header }) => header.sequence)).toEqual([0, 3, 4, 5, 6, 7]);
});

test('a fragment that was dropped on its way is counted by what became of it, once', () => {
  const ring = liveRing({ maxMs: 1000, maxBytes: 1000 });
  const [first, second] = [sized(1, 1, 1), sized(1, 2, 1)];
  ring.push(first);
  ring.push(second);
  expect(ring.dropped()).toBe(1);
  ring.refused(first);
  expect(ring.dropped()).toBe(1);
  ring.push(sized(1, 3, 1));
  ring.passed(second);
  expect(ring.dropped()).toBe(1);
});

test('what is forgotten at the end is counted', () => {
  const ring = liveRing(BOUNDS);
  for (let sequence = 0; sequence < 3; sequence++) ring.push(sized(1, sequence, 1));
  ring.clear();
  expect(ring.first()).toBeUndefined();
  expect(ring.dropped()).toBe(3);
});
