import { expect, test } from 'vitest';
import type { Lamp } from '../../contract/bridge/snapshot.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { received } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { elapsedMs, steady } from './elapsed.ts';

function face(lamp: Lamp) {
  return received(NEW_FACE, snapshotOf({ state: 'recording', activeMs: 5000 }, { lamp }), 100);
}

test('[P04] time goes on by itself only while the lamp is live', () => {
  expect(elapsedMs(face('live'), 2600)).toBe(7500);
  for (const lamp of ['off', 'paused', 'trouble'] as const) expect(elapsedMs(face(lamp), 2600)).toBe(5000);
});

test('[P05] a pause is not counted', () => {
  const paused = received(NEW_FACE, SCENES.paused(), 0);
  expect(elapsedMs(paused, 600_000)).toBe(paused.snapshot?.session.activeMs);
});

test('the clock does not flicker back by jitter and believes anything more', () => {
  expect(steady(41_000, 40_000)).toBe(41_000);
  expect(steady(41_000, 42_000)).toBe(42_000);
  expect(steady(41_000, 0)).toBe(0);
});
