import { expect, test } from 'vitest';
import { SCENES, snapshotOf, terms } from '../journey/snapshots.ts';
import { received } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { announcementFor } from './announcement.ts';
import { leftMs } from './ending.ts';

const startedAt = '2026-03-03T13:00:00.000Z';
const limited = { terms: { ...terms, maxSessionMinutes: 60 } };
const at = (time: string) => Date.parse(`2026-03-03T${time}.000Z`);

test.each([
  ['13:54:59', null],
  ['13:55:00', 300_000],
  ['13:59:58', 2000],
  ['14:00:30', 0],
] as const)('at %s what is left of an hour is %s ms', (time, left) => {
  expect(leftMs(snapshotOf({ state: 'recording', startedAt }, limited), at(time))).toBe(left);
});

test('time goes on while it is paused, and nothing is left of what has stopped or never ends', () => {
  expect(leftMs(snapshotOf({ state: 'paused', startedAt }, limited), at('13:56:00'))).toBe(240_000);
  expect(leftMs(snapshotOf({ state: 'delivering', startedAt }, limited), at('13:56:00'))).toBeNull();
  expect(leftMs(snapshotOf({ state: 'recording', startedAt }), at('13:56:00'))).toBeNull();
  expect(leftMs(snapshotOf({ state: 'starting', startedAt: null }, limited), at('13:56:00'))).toBeNull();
});

test('it is announced in words that stay the same while the time runs down', () => {
  const face = received(NEW_FACE, SCENES.recording(), 0);
  expect(announcementFor(face, true)).toBe(
    'Live. 2 kept and 1 live only. It ends by itself in 5 minutes or less.',
  );
});
