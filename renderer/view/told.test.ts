import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lamp, sessionState } from '../../contract/bridge/snapshot.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { received, unreachable } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { announcementFor } from './announcement.ts';
import { heroFor } from './hero.ts';
import { lampOf } from './lamp.ts';
import { titleFor } from './title.ts';

/** What the heading, the title and the announcement tell of one and the same face. */

function faceOf(scene: keyof typeof SCENES) {
  return received(NEW_FACE, SCENES[scene](), 0);
}

test('[P04] no sentence says that nothing is captured while the lamp is live', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sessionState.options), (state) => {
      const face = received(NEW_FACE, snapshotOf({ state }, { lamp: 'live' }), 0);
      expect(`${heroFor(face).sentence} ${announcementFor(face)}`).not.toMatch(
        /nothing is (being )?captured/i,
      );
    }),
  );
});

test('[P04] a look at the screen before the recording is told as one', () => {
  const face = received(NEW_FACE, snapshotOf({ state: 'consenting' }, { lamp: 'live' }), 0);
  expect(heroFor(face).sentence).toContain('Your screen is looked at for a moment');
});

test('[P04] the lamp of the title is the lamp of the snapshot in every state', () => {
  const signs = { off: '○', live: '●', paused: '❚❚', trouble: '◌' } as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...sessionState.options),
      fc.constantFrom(...lamp.options),
      (state, shown) => {
        const face = received(NEW_FACE, snapshotOf({ state }, { lamp: shown }), 0);
        expect(titleFor(face, 0).startsWith(`${signs[shown]} `)).toBe(true);
      },
    ),
  );
});

test('the title carries lamp and time', () => {
  expect(titleFor(faceOf('recording'), 2_467_400)).toBe('● 41:07 Tallylight');
  expect(titleFor(faceOf('paused'), 2_467_400)).toBe('❚❚ 41:07 Tallylight');
  expect(titleFor(faceOf('ready'), 0)).toBe('○ Ready Tallylight');
});

test('[P04] a face without main says so and shows no light', () => {
  const face = unreachable(faceOf('recording'));
  expect(lampOf(face)).toBe('unknown');
  expect(heroFor(face).sentence).toBe(
    'Tallylight does not answer. If you closed it, nothing is being captured.',
  );
  expect(titleFor(face, 0)).toBe('◌ No answer Tallylight');
  expect(announcementFor(face)).toBe('Tallylight does not answer.');
});

test('[P05] while paused it says that nothing is captured, once the devices are released', () => {
  expect(heroFor(faceOf('paused')).sentence).toBe('Devices released. Nothing is captured until you resume.');
  const late = received(NEW_FACE, snapshotOf({ state: 'paused' }, { lamp: 'live' }), 0);
  expect(heroFor(late).sentence).toBe('Releasing the devices.');
  const opening = received(NEW_FACE, snapshotOf({ state: 'paused' }, { lamp: 'off' }), 0);
  expect(heroFor(opening).sentence).toBe('Releasing the devices.');
});

test('after a pause it says that the devices are opened again, and not that something is wrong', () => {
  const channels = SCENES.starting().channels;
  const face = received(NEW_FACE, snapshotOf({ state: 'recording' }, { channels }), 0);
  expect(heroFor(face).sentence).toMatch(/^Opening the devices/);
  expect(announcementFor(face)).toBe('Starting');
  const silent = received(NEW_FACE, snapshotOf({ state: 'recording' }, { channels: [] }), 0);
  expect(heroFor(silent).sentence).toMatch(/^Nothing arrives/);
});

test('the announcement stays the same while only numbers change, and tells of a lost connection', () => {
  const face = faceOf('recording');
  const later = received(face, SCENES.recording(), 100);
  expect(announcementFor(later)).toBe(announcementFor(face));
  expect(announcementFor(face)).toBe('Live. 2 kept and 1 live only.');
  expect(announcementFor(faceOf('recording-offline'))).toMatch(/No connection to the media service\.$/);
});

test.each([
  ['person', 'until you resume'],
  ['no-window', 'until you resume'],
  ['sleep', 'until this computer wakes; then it goes on by itself'],
  ['lock', 'until you unlock the screen; then it goes on by itself'],
] as const)('[P05] a pause by %s says what ends it, in the window and to who listens', (pausedBy, said) => {
  const face = received(NEW_FACE, snapshotOf({ state: 'paused', pausedBy }, { lamp: 'paused' }), 0);
  expect(heroFor(face).sentence).toMatch(new RegExp(`Nothing is captured ${said}\\.$`));
  expect(announcementFor(face)).toBe(`Paused. Nothing is captured ${said}.`);
});
