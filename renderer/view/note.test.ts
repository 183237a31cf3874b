import { afterEach, expect, test } from 'vitest';
import { errorOf, meant } from '../../contract/result.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { received } from '../store/changes.ts';
import { NEW_FACE } from '../store/face.ts';
import { speak } from '../words.ts';
import { noteFor } from './note.ts';

afterEach(() => speak('en'));

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

const noteIn = (snapshot: Parameters<typeof received>[1]) => noteFor(received(NEW_FACE, snapshot, 0));

test('[P08] without a token the recording goes on, and it says what is safe and what it waits for', () => {
  const { session, channels } = SCENES.recording();
  const action =
    'The recording goes on and is kept here, encrypted; it is delivered when your backend gives a new token. Ask your admin if this stays.';
  expect(noteIn(SCENES['recording-tokenless']())).toMatchObject({
    message: 'The token for delivering has expired.',
    action,
    code: 'token-expired',
  });
  const refused = snapshotOf(session, { channels, trouble: errorOf('not-authorised') });
  expect(noteIn(refused)).toMatchObject({
    message: 'The media service does not accept the token for delivering.',
    action,
  });
});

test('[P08] without a token nobody is told that live only is kept, or that a recording goes on that has stopped', () => {
  const { session, channels } = SCENES.recording();
  const live = channels.map((channel) => ({ ...channel, mode: 'live' as const }));
  const trouble = errorOf('token-expired');
  expect(noteIn(snapshotOf(session, { channels: live, trouble }))?.action).toMatch(/and not kept\./);
  expect(noteIn(snapshotOf({ state: 'delivering' }, { channels, trouble }))?.action).toMatch(
    /^It is kept here, encrypted, and delivered when/,
  );
  expect(noteIn(snapshotOf({}, { channels, trouble }))?.message).toBe(trouble.message);
});

test('[P01] a channel that a new policy ended is named, with what changed and whom to ask', () => {
  expect(noteIn(SCENES['recording-forbidden']())).toMatchObject({
    name: 'Display 1',
    message: 'The policy of Acme changed and does not allow this any more. Nothing more of it is captured.',
    action: 'To record it again, ask your admin.',
    code: 'policy-forbids',
  });
});

test.each([
  ['ready-untrusted', 'policy-untrusted'],
  ['delivering-too-long', 'session-too-long'],
] as const)('%s is told with what to do', (scene, code) => {
  const { message, action } = errorOf(code);
  expect(noteIn(SCENES[scene]())).toMatchObject({ message, action, code });
});

test.each(['stopping', 'delivering', 'failed'] as const)(
  'that its session was ended at the service is told as what it means there (%s)',
  (state) => {
    const { session, channels } = SCENES.recording();
    const trouble = meant(errorOf('session-ended'), 'session-ended-there');
    const snapshot = snapshotOf({ ...session, state }, { channels, trouble });
    expect(noteIn(snapshot)).toMatchObject({
      message: 'The session was ended at the media service, so the recording was stopped.',
      action: 'Ask your admin why, then begin a new recording.',
      ...{ code: 'session-ended', alert: true },
    });
    speak('es');
    expect(noteIn(snapshot)?.message).toBe(
      'La sesión se terminó en el servicio de medios, así que la grabación se detuvo.',
    );
  },
);

test('[P01] a consent that was taken back is no trouble to be warned of', () => {
  expect(noteIn(SCENES['recording-revoked']())).toBeNull();
});

test('[P01] what ends or troubles a whole recording is told in words of that, and not of a beginning', () => {
  const { session, channels } = SCENES.recording();
  const told = (state: 'recording' | 'delivering', code: Parameters<typeof errorOf>[0]) =>
    noteIn(snapshotOf({ ...session, state }, { channels, trouble: errorOf(code) }));
  expect(told('delivering', 'policy-forbids')?.message).toMatch(/^The policy of Acme changed/);
  expect(told('delivering', 'consent-revoked')).toMatchObject({
    message: 'You took your consent back, so the recording has ended.',
    action: errorOf('consent-revoked').action,
  });
  expect(told('recording', 'policy-untrusted')).toMatchObject({
    message: 'A new policy came that could not be verified.',
    action: expect.stringMatching(/^The recording goes on as agreed\./),
  });
});
