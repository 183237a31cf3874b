import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_MODES } from '../../contract/channel.ts';
import { display, mic, SCENES, snapshotOf, systemAudio, terms } from '../journey/snapshots.ts';
import { consentOf, consentText } from './consent.ts';

function textOf(snapshot: ReturnType<typeof snapshotOf>): string {
  return consentText(consentOf(snapshot, []));
}

test('[P26] the text names who asks, what for, how long, who gets it, the copy here, the longest time and each channel', () => {
  expect(textOf(SCENES['ready-chosen']())).toBe(
    [
      'What you agree to',
      'Who asks\tAcme · policy 7',
      'What for\tMeeting notes',
      'How long\t30 days',
      'Who gets it\tAcme research team and Notewright GmbH',
      'On this device\tThe encrypted copy is removed once the service has it',
      'Longest time\tEnds by itself after 60 minutes, pauses included',
      'Its key\tNo system keychain is in use: the key is a file that any program of your user account can read.',
      'Microphone and System audio will be kept. Display 1 is live only and never written to a disk.',
    ].join('\n'),
  );
});

test('[P26] where all is live only nothing is said of a copy here or of its key', () => {
  const { protection } = SCENES['ready-chosen']();
  expect(textOf(snapshotOf({}, { channels: [mic, display], protection }))).toBe(
    [
      'What you agree to',
      'Who asks\tAcme · policy 7',
      'What for\tMeeting notes',
      'How long\tNothing is kept',
      'Who gets it\tAcme research team and Notewright GmbH',
      'Nothing will be kept. Microphone and Display 1 are live only and never written to a disk.',
    ].join('\n'),
  );
});

test.each([
  [1, '1 minute'],
  [90, '90 minutes'],
  [120, '2 hours'],
  [150, '150 minutes'],
  [480, '8 hours'],
] as const)('[P26] a longest time of %i minutes is told as %s', (maxSessionMinutes, said) => {
  const text = textOf(snapshotOf({}, { terms: { ...terms, maxSessionMinutes } }));
  expect(text).toContain(`Longest time\tEnds by itself after ${said}, pauses included`);
});

test('[P26] every chosen channel is named in the text, and none that is off', () => {
  const mode = fc.constantFrom(...CHANNEL_MODES);
  fc.assert(
    fc.property(mode, mode, mode, (...chosen) => {
      const channels = [mic, systemAudio, display].map((view, at) => ({
        ...view,
        mode: chosen[at] ?? 'off',
      }));
      const text = textOf(snapshotOf({}, { channels }));
      for (const channel of channels) expect(text.includes(channel.name)).toBe(channel.mode !== 'off');
    }),
  );
});
