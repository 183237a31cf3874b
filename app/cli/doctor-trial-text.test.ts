import { describe, expect, test } from 'vitest';
import { said } from '../../contract/spoken/spoken.ts';
import type { Trial } from './doctor-trial.ts';
import { trialTable, trialVerdict } from './doctor-trial-text.ts';

const SCREEN: Trial = {
  ...{
    id: 'display:1',
    kind: 'display',
    permission: 'granted',
    ways: ['gfxcapture'],
    encoders: ['h264_nvenc'],
  },
  ...{ takes: 1, fragments: 12, bytes: 100_000, recordedMs: 9_600, firstFragmentMs: 900, stopMs: 100 },
  content: { kind: 'picture', frames: 144, darkest: 0, brightest: 255, changes: 100, isBlack: false },
  ...{ isGone: true, troubles: [], fault: null },
};

describe('what a check proved', () => {
  test.each<[string, readonly string[], string]>([
    ['the way that opened it', ['gfxcapture'], 'gfxcapture'],
    [
      'those before it that brought nothing',
      ['ddagrab', 'gfxcapture', 'gdigrab'],
      'gdigrab after ddagrab, gfxcapture',
    ],
    ['that none was tried', [], '-'],
  ])('names, for each channel, %s and the encoder', (_what, ways, shown) => {
    const [head = '', row = ''] = trialTable([{ ...SCREEN, ways }], []).split('\n');
    const cell = (name: string) => row.slice(head.indexOf(name)).split(/ {2,}/)[0];
    expect([cell('opened by'), cell('encoder')]).toEqual([shown, 'h264_nvenc']);
  });

  test.each<[string, Partial<Trial>, string]>([
    ['what was seen', {}, '144 frames, 100 changes, luma 0 to 255'],
    [
      'that it was black at last',
      { fault: { code: 'channel-black', detail: '' } },
      '144 frames, 100 changes, luma 0 to 255, then BLACK',
    ],
    [
      'that it was black all the time',
      {
        content: { kind: 'picture', frames: 9, darkest: 0, brightest: 18, changes: 0, isBlack: true },
        fault: { code: 'channel-black', detail: '' },
      },
      '9 frames, 0 changes, BLACK',
    ],
  ])('tells of the content %s', (_what, more, content) => {
    expect(trialTable([{ ...SCREEN, ...more }], []).endsWith(content)).toBe(true);
  });

  test('ends with what the system says by now where that is not yes, and with the line to run', () => {
    const verdict = trialVerdict(
      [SCREEN],
      [],
      [
        {
          kind: 'microphone',
          state: 'granted',
          source: '',
          said: said('heard', { kind: 'microphone' }),
          nextStep: null,
        },
        {
          kind: 'screen-capture',
          state: 'denied',
          source: '',
          said: said('mac-screen-black', { subject: 'starter' }),
          nextStep: {
            kind: 'reset',
            said: said('mac-screen-reopen'),
            command: 'tccutil reset ScreenCapture x',
          },
        },
      ],
    );
    expect(verdict.split('\n').slice(1)).toEqual([
      'screen-capture is denied now: macOS says that the program that started Tallylight may record the screen, but every picture was black.',
      '  next: Quit and reopen Tallylight; a permission often takes hold only then.',
      '  run:  tccutil reset ScreenCapture x',
    ]);
  });
});
