import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALLS } from '../../contract/bridge/schema.ts';
import { CHANNEL_MODES } from '../../contract/channel.ts';
import { display, mic, SCENES, snapshotOf, systemAudio } from '../journey/snapshots.ts';
import type { CallUnderWay } from '../store/face.ts';
import { agreementOf, choicesOf, lockedWords, MODES, whyNotAgree } from './choices.ts';

const mode = fc.constantFrom(...CHANNEL_MODES);
const modes = fc.tuple(mode, mode, mode);

function choose(channelId: string, chosen: (typeof MODES)[number], id = 0): CallUnderWay {
  return { id, name: 'channel.choose', request: { channelId, mode: chosen } };
}

test('offers every mode of the contract', () => {
  expect(MODES).toEqual(CHANNEL_MODES);
});

test('[P14] agreeing names exactly the channels that are not off, each with its own mode', () => {
  fc.assert(
    fc.property(modes, ([first, second, third]) => {
      const channels = [
        { ...mic, mode: first },
        { ...systemAudio, mode: second },
        { ...display, mode: third },
      ];
      const chosen = channels.filter((channel) => channel.mode !== 'off');
      const agreement = agreementOf(snapshotOf({}, { channels }), []);
      expect(agreement?.channels ?? []).toEqual(
        chosen.map((channel) => ({ id: channel.id, mode: channel.mode })),
      );
      if (agreement !== null) expect(CALLS['session.agree'].request.parse(agreement)).toEqual(agreement);
    }),
  );
});

test('[P15] what main says is shown as it is: nothing turns to Keep by itself', () => {
  fc.assert(
    fc.property(modes, (said) => {
      const channels = [mic, systemAudio, display].map((view, at) => ({ ...view, mode: said[at] ?? 'off' }));
      expect(choicesOf(snapshotOf({}, { channels }), []).map((choice) => choice.mode)).toEqual(said);
    }),
  );
});

test('the last thing asked for a channel is shown and agreed to', () => {
  const calls = [choose(mic.id, 'off', 1), choose(systemAudio.id, 'off', 2), choose(mic.id, 'keep', 3)];
  expect(agreementOf(SCENES.ready(), calls)?.channels).toEqual([
    { id: mic.id, mode: 'keep' },
    { id: display.id, mode: 'live' },
  ]);
});

test('[P26] nobody can agree before the terms are there, and the reason is in words', () => {
  expect(whyNotAgree(snapshotOf({}, { terms: null }), [])).toMatch(/on their way/);
  expect(whyNotAgree(SCENES['ready-no-terms'](), [])).toMatch(/could not be read/);
  expect(agreementOf(SCENES['ready-no-terms'](), [])).toBeNull();
});

test('nobody can agree to nothing, and the reason is in words', () => {
  expect(whyNotAgree(SCENES['ready-nothing-chosen'](), [])).toMatch(/at least one channel/);
  expect(whyNotAgree(snapshotOf({}, { channels: [] }), [])).toMatch(/nothing to capture/);
  expect(whyNotAgree(SCENES.ready(), [])).toBeNull();
});

test('a locked mode says who locked it', () => {
  expect(lockedWords(display, 'Acme')).toBe('Keep is off by policy of Acme');
  expect(lockedWords({ ...display, allowed: ['off', 'keep'] }, null)).toBe('Live only is off by policy');
  expect(lockedWords({ ...display, allowed: [] }, 'Acme')).toBe('Off by policy of Acme');
  expect(lockedWords(mic, 'Acme')).toBeNull();
});
