import { expect, test } from 'vitest';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { asked, received, unreachable } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { ACTIONS, actionsOf } from './actions.ts';

const recording = received(NEW_FACE, SCENES.recording(), 0);

test('[P05] [P06] every state offers its one obvious thing, and a way out while devices may be open', () => {
  const picture = Object.entries(ACTIONS).map(
    ([state, actions]) => `${state}: ${actions.map(({ name, letter }) => `${name} ${letter}`).join(', ')}`,
  );
  expect(picture).toEqual([
    'idle: session.agree R',
    'consenting: session.agree R, session.stop S',
    'starting: session.pause P, session.stop S',
    'recording: session.pause P, session.stop S',
    'paused: session.resume P, session.stop S',
    'stopping: ',
    'delivering: session.renew R',
    'complete: session.renew R',
    'failed: session.renew R',
  ]);
});

test('[P06] Stop overtakes a pause that main has not answered', () => {
  const face = asked(recording, { id: 0, name: 'session.pause', request: {} });
  expect(actionsOf(face)).toMatchObject([
    { name: 'session.pause', label: 'Pausing', busy: true, blocked: true },
    { name: 'session.stop', label: 'Stop', busy: false, blocked: false },
  ]);
});

test('nothing overtakes Stop', () => {
  const face = asked(recording, { id: 0, name: 'session.stop', request: {} });
  expect(actionsOf(face)).toMatchObject([
    { name: 'session.pause', blocked: true },
    { name: 'session.stop', label: 'Stopping', blocked: true },
  ]);
});

test('who agreed already cannot agree again, even in a window that was opened later', () => {
  const { channels } = SCENES['ready-chosen']();
  const face = received(NEW_FACE, snapshotOf({ state: 'consenting' }, { channels }), 0);
  expect(actionsOf(face)).toMatchObject([
    { name: 'session.agree', busy: true, blocked: true },
    { name: 'session.stop', busy: false, blocked: false },
  ]);
});

test('a face without main offers nothing', () => {
  expect(actionsOf(unreachable(recording))).toEqual([]);
});
