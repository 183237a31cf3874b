import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALLS } from '../../contract/bridge/schema.ts';
import { CHANNEL_MODES } from '../../contract/channel.ts';
import { display, mic, SCENES, snapshotOf, systemAudio } from '../journey/snapshots.ts';
import type { CallUnderWay } from '../store/face.ts';
import { agreementOf, whyNotAgree, withoutTerms } from './agreement.ts';
import type { MODES } from './choices.ts';
import { consentOf, consentText } from './consent.ts';

const mode = fc.constantFrom(...CHANNEL_MODES);
const modes = fc.tuple(mode, mode, mode);

function choose(channelId: string, chosen: (typeof MODES)[number], id = 0): CallUnderWay {
  return { id, name: 'channel.choose', request: { channelId, mode: chosen } };
}

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

test('[P26] what is sent is the text of what is shown at that moment, and its language', () => {
  const calls = [choose(systemAudio.id, 'off', 1), choose(mic.id, 'keep', 2)];
  expect(agreementOf(SCENES.ready(), calls)).toMatchObject({
    text: consentText(consentOf(SCENES.ready(), calls)),
    locale: 'en',
  });
});

test('[P26] terms that could not be verified are told as that, and nobody can agree to them', () => {
  const untrusted = SCENES['ready-untrusted']();
  expect(whyNotAgree(untrusted, [])).toMatch(/could not be verified/);
  expect(withoutTerms(untrusted)).toMatch(/could not be verified/);
  expect(withoutTerms(SCENES['ready-no-terms']())).toMatch(/has not said/);
  expect(withoutTerms(snapshotOf({}, { terms: null }))).toMatch(/^Asking/);
});
