import { expect, test } from 'vitest';
import { errorOf, fail, ok } from '../../contract/result.ts';
import { SCENES } from '../journey/snapshots.ts';
import { answered, asked, reachable, received, unreachable } from './changes.ts';
import type { CallUnderWay } from './face.ts';
import { NEW_FACE } from './face.ts';

const stop: CallUnderWay = { id: 4, name: 'session.stop', request: {} };
const recording = received(NEW_FACE, SCENES.recording(), 100);

test('a snapshot replaces the one before and keeps when it arrived', () => {
  const paused = SCENES.paused();
  expect(received(recording, paused, 250)).toMatchObject({ snapshot: paused, arrivedAtMs: 250 });
});

test('an older snapshot that was overtaken changes nothing', () => {
  const older = SCENES.ready();
  const newer = received(NEW_FACE, SCENES.recording(), 100);
  expect(received(newer, older, 200)).toBe(newer);
});

test('[P04] the light goes with the connection: without main there is no snapshot to show', () => {
  const face = unreachable(asked(recording, stop));
  expect(face).toEqual({ ...NEW_FACE, connection: 'lost', arrivedAtMs: 100 });
});

test('a new main begins to count again and is believed', () => {
  const young = { ...SCENES.ready(), revision: 1 };
  expect(received(reachable(unreachable(recording)), young, 300).snapshot).toBe(young);
});

test('a call is under way until it is answered', () => {
  const face = asked(recording, stop);
  expect(face.calls).toEqual([stop]);
  expect(answered(face, 4, ok(SCENES.stopping()), 120).calls).toEqual([]);
});

test('a refused call says why and leaves the snapshot as it is', () => {
  const face = answered(asked(recording, stop), 4, fail('not-now'), 120);
  expect(face).toMatchObject({ calls: [], refused: errorOf('not-now'), snapshot: recording.snapshot });
});

test('a refusal is over with the next call and with the next state', () => {
  const face = answered(asked(recording, stop), 4, fail('not-now'), 120);
  expect(asked(face, stop).refused).toBeNull();
  expect(received(face, SCENES.recording(), 130).refused).not.toBeNull();
  expect(received(face, SCENES.paused(), 130).refused).toBeNull();
});

test('an answer that comes after its connection was lost is not shown', () => {
  const face = unreachable(asked(recording, stop));
  expect(answered(face, 4, fail('internal'), 120)).toBe(face);
});
