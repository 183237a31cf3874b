import { expect, test } from 'vitest';
import { display, mic, SCENES, snapshotOf, systemAudio } from '../journey/snapshots.ts';
import { choicesOf } from './choices.ts';
import { summaryOf } from './summary.ts';

function summary(snapshot: ReturnType<typeof snapshotOf>): string {
  return summaryOf(choicesOf(snapshot, []));
}

test('says what will be kept and what is live only, by name', () => {
  expect(summary(SCENES['ready-chosen']())).toBe(
    'Microphone and System audio will be kept. Display 1 is live only and never written to a disk.',
  );
});

test('says that nothing will be kept before anybody agrees to it', () => {
  expect(summary(snapshotOf({}, { channels: [mic, display] }))).toBe(
    'Nothing will be kept. Microphone and Display 1 are live only and never written to a disk.',
  );
});

test('leaves out what is not chosen', () => {
  const channels = [
    { ...mic, mode: 'keep' as const },
    { ...display, mode: 'off' as const },
  ];
  expect(summary(snapshotOf({}, { channels }))).toBe('Microphone will be kept.');
  expect(summary(SCENES['ready-nothing-chosen']())).toBe('');
});

test('[P26] says of a channel that follows the default that it is whichever device that is', () => {
  const channels = [
    { ...mic, name: 'Default microphone (Built-in)', mode: 'keep' as const, follows: true },
    { ...systemAudio, follows: true },
    display,
  ];
  expect(summary(snapshotOf({}, { channels }))).toBe(
    'Default microphone (whichever it is) will be kept. System audio (whichever device plays it) and Display 1 are live only and never written to a disk.',
  );
});
