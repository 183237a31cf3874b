import { expect, test } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { received } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { noteFor } from './note.ts';

const trouble = received(NEW_FACE, SCENES['recording-trouble'](), 0);

test('a channel in trouble is named, with what happened and what to do', () => {
  expect(noteFor(trouble)).toMatchObject({
    alert: true,
    name: 'System audio',
    message: errorOf('device-failed').message,
    action: errorOf('device-failed').action,
    code: 'device-failed',
  });
});

test('what the person asked for and did not get comes before everything else', () => {
  expect(noteFor({ ...trouble, refused: errorOf('not-now') })?.code).toBe('not-now');
});

test('trouble of the session comes before that of a channel', () => {
  const { channels } = SCENES['recording-trouble']();
  const snapshot = snapshotOf({ state: 'recording' }, { channels, trouble: errorOf('disk-full') });
  expect(noteFor(received(NEW_FACE, snapshot, 0))?.code).toBe('disk-full');
});

test('without a connection it says how much is left, since when, and that it is safe', () => {
  const note = noteFor(received(NEW_FACE, SCENES['recording-offline'](), 0));
  expect(note?.message).toMatch(/^Not delivered yet: 3 min 12 s\. No connection to the media service since /);
  expect(note).toMatchObject({
    alert: false,
    code: null,
    action: expect.stringMatching(/^It is kept here, encrypted/),
  });
});

test('without a connection nobody is told that live only is kept', () => {
  const { channels, delivery } = SCENES['recording-offline']();
  const live = channels.map((channel) => ({ ...channel, mode: 'live' as const }));
  const snapshot = snapshotOf({ state: 'recording' }, { channels: live, delivery });
  expect(noteFor(received(NEW_FACE, snapshot, 0))?.action).toMatch(/not kept/);
});

test('a channel that is off has no trouble', () => {
  const { channels } = SCENES['recording-trouble']();
  const off = channels.map((channel) => ({ ...channel, mode: 'off' as const }));
  expect(noteFor(received(NEW_FACE, snapshotOf({}, { channels: off }), 0))).toBeNull();
});
