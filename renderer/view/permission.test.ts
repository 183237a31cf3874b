import { expect, test } from 'vitest';
import { CALLS } from '../../contract/bridge/schema.ts';
import type { PermissionView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { errorOf } from '../../contract/result.ts';
import { inEnglish, said } from '../../contract/spoken/spoken.ts';
import {
  askForMicrophone,
  flatpakMicrophone,
  openScreenSettings,
  reopenForScreen,
  resetScreen,
  unsureSystemAudio,
} from '../journey/permission-views.ts';
import { display, mic, SCENES, snapshotOf, systemAudio } from '../journey/snapshots.ts';
import { received } from '../store/changes.ts';
import type { Face } from '../store/face.ts';
import { NEW_FACE } from '../store/face.ts';
import { announcementFor } from './announcement.ts';
import { noteFor } from './note.ts';
import { stepOf } from './permission.ts';

const stepWords = ({ nextStep }: PermissionView) => (nextStep === null ? '' : inEnglish(nextStep.said));

const faceOf = (snapshot: Snapshot): Face => received(NEW_FACE, snapshot, 0);
const idleWith = (...permissions: PermissionView[]) =>
  faceOf(snapshotOf({}, { canReopen: true, permissions }));
const granted = (permission: PermissionView): PermissionView => ({
  ...permission,
  state: 'granted',
  nextStep: null,
});
const denied = errorOf('permission-denied', 'screen-capture: in the details');

test.each([
  ['asks', askForMicrophone, 'Let macOS ask', 'permission.request', { kind: 'microphone' }],
  [
    'opens the settings',
    openScreenSettings,
    'Open settings',
    'permission.open-settings',
    { kind: 'screen-capture' },
  ],
  ['quits and reopens', reopenForScreen, 'Quit and reopen', 'app.reopen', {}],
  ['reopens after the line', resetScreen, 'Quit and reopen', 'app.reopen', {}],
] as const)('[P02] the one button of a step %s', (_what, permission, label, name, request) => {
  const step = stepOf(permission, true);
  expect(step).toMatchObject({ label: { ready: label }, call: { name, request } });
  expect(CALLS[name].request.safeParse(request).success).toBe(true);
});

test('what only the person can do has no button, and neither has reopening where the host cannot', () => {
  expect(stepOf(flatpakMicrophone, true)).toBeNull();
  const admin = { kind: 'ask-admin', said: said('win-mic-ask-admin') } as const;
  expect(stepOf({ ...openScreenSettings, state: 'restricted', nextStep: admin }, true)).toBeNull();
  expect(stepOf(granted(openScreenSettings), true)).toBeNull();
  expect(stepOf(reopenForScreen, false)).toBeNull();
  expect(stepOf(resetScreen, false)).toBeNull();
  const byHand = { kind: 'reset', said: said('mac-screen-remove', { subject: 'app' }) } as const;
  expect(stepOf({ ...resetScreen, nextStep: byHand }, false)?.call.name).toBe('permission.open-settings');
});

test('[P02] the note is the permission itself, word for word, with its line and without a code', () => {
  expect(noteFor(idleWith(resetScreen))).toMatchObject({
    subject: 'permission',
    alert: true,
    channelId: display.id,
    name: null,
    message: inEnglish(resetScreen.said),
    action: stepWords(resetScreen),
    command: 'tccutil reset ScreenCapture app.tallylight.desktop',
    code: null,
    detail: null,
  });
});

test('a permission that is granted, or unknown with nothing to do, is no note', () => {
  expect(noteFor(idleWith(granted(askForMicrophone)))).toBeNull();
  expect(noteFor(idleWith({ ...unsureSystemAudio, nextStep: null }))).toBeNull();
});

test('a permission for a channel that nobody chose is no note', () => {
  const channels = [mic, systemAudio, { ...display, mode: 'off' as const }];
  expect(noteFor(faceOf(snapshotOf({}, { channels, permissions: [openScreenSettings] })))).toBeNull();
});

test('[P02] what the system refuses so that it is not even listed is told', () => {
  const snapshot = snapshotOf({}, { channels: [display], permissions: [flatpakMicrophone] });
  expect(noteFor(faceOf(snapshot))).toMatchObject({
    message: inEnglish(flatpakMicrophone.said),
    command: flatpakMicrophone.nextStep?.command,
    channelId: null,
    step: null,
  });
});

test('at most one: refused before not asked yet, and that before what may turn out', () => {
  expect(noteFor(idleWith(askForMicrophone, openScreenSettings, unsureSystemAudio))?.message).toBe(
    inEnglish(openScreenSettings.said),
  );
  expect(noteFor(idleWith(unsureSystemAudio, askForMicrophone))?.message).toBe(
    inEnglish(askForMicrophone.said),
  );
  expect(noteFor(idleWith(unsureSystemAudio))?.message).toBe(inEnglish(unsureSystemAudio.said));
});

test('[P02] where a recording was refused for a permission, the permission speaks and not the error', () => {
  const face = { ...idleWith(openScreenSettings), refused: denied };
  expect(noteFor(face)).toMatchObject({
    message: inEnglish(openScreenSettings.said),
    code: null,
    detail: null,
  });
  const told = snapshotOf({}, { permissions: [openScreenSettings], trouble: denied });
  expect(noteFor(faceOf(told))?.message).toBe(inEnglish(openScreenSettings.said));
});

test('a refusal is gone once the system has come to allow it, and stays while nobody knows', () => {
  expect(noteFor({ ...idleWith(granted(openScreenSettings)), refused: denied })).toBeNull();
  expect(noteFor({ ...idleWith(), refused: denied })).toMatchObject({ message: denied.message });
  const unknown = { ...openScreenSettings, state: 'unknown' as const, nextStep: null };
  expect(noteFor({ ...idleWith(unknown), refused: denied })).toMatchObject({ message: denied.message });
});

test('what the person has just asked for and did not get comes first, or a button would seem to do nothing', () => {
  const face = { ...idleWith(openScreenSettings), refused: errorOf('not-now') };
  expect(noteFor(face)).toMatchObject({ subject: 'trouble', code: 'not-now' });
});

test('a refused permission comes before trouble of the session, one that may be fine after it', () => {
  const trouble = errorOf('service-unreachable');
  const withTrouble = (permission: PermissionView) =>
    noteFor(faceOf(snapshotOf({}, { permissions: [permission], trouble })))?.subject;
  expect(withTrouble(openScreenSettings)).toBe('permission');
  expect(withTrouble(unsureSystemAudio)).toBe('trouble');
});

test('[P02] one that is taken back in mid-recording says that the recording is finished first', () => {
  const note = noteFor(faceOf(SCENES['recording-refused']()));
  expect(note).toMatchObject({
    alert: true,
    channelId: display.id,
    message: inEnglish(reopenForScreen.said),
  });
  expect(note?.action).toMatch(/The recording is finished first\.$/);
  expect(noteFor(idleWith(reopenForScreen))?.action).not.toMatch(/finished/);
});

test('while it records a permission nobody is sure of is silent until its channel is in trouble', () => {
  const { session, channels } = SCENES.recording();
  const silent = channels.map((view) =>
    view.kind === 'system_audio' ? { ...view, trouble: errorOf('channel-silent') } : view,
  );
  const rest = { lamp: 'live' as const, permissions: [unsureSystemAudio] };
  expect(noteFor(faceOf(snapshotOf(session, { ...rest, channels })))).toBeNull();
  expect(noteFor(faceOf(snapshotOf(session, { ...rest, channels: silent })))).toMatchObject({
    message: inEnglish(unsureSystemAudio.said),
    channelId: systemAudio.id,
  });
});

test('what has ended well is not warned of, what ended for it is explained', () => {
  const { session, channels } = SCENES.complete();
  const permissions = [openScreenSettings];
  expect(noteFor(faceOf(snapshotOf(session, { channels, permissions })))).toBeNull();
  const ended = snapshotOf(session, { channels, permissions, trouble: errorOf('channel-lost') });
  expect(noteFor(faceOf(ended))?.message).toBe(inEnglish(openScreenSettings.said));
});

test('a refusal interrupts, a question is announced quietly', () => {
  expect(noteFor(idleWith(askForMicrophone))?.alert).toBe(false);
  expect(announcementFor(idleWith(askForMicrophone))).toBe(
    `Ready. Nothing is being captured. ${inEnglish(askForMicrophone.said)}`,
  );
  expect(announcementFor(idleWith(openScreenSettings))).toBe('Ready. Nothing is being captured.');
});
