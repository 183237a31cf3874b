import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_MODES } from '../../contract/channel.ts';
import { CHANNEL_RULES, DEFAULT_POLICY, isAllowed } from '../../contract/policy.ts';
import { display, mic, snapshotOf, systemAudio } from '../journey/snapshots.ts';
import { choicesOf, lockedWords, MODES } from './choices.ts';

const mode = fc.constantFrom(...CHANNEL_MODES);
const modes = fc.tuple(mode, mode, mode);

test('offers every mode of the contract', () => {
  expect(MODES).toEqual(CHANNEL_MODES);
});

test('[P15] what main says is shown as it is: nothing turns to Keep by itself', () => {
  fc.assert(
    fc.property(modes, (said) => {
      const channels = [mic, systemAudio, display].map((view, at) => ({ ...view, mode: said[at] ?? 'off' }));
      expect(choicesOf(snapshotOf({}, { channels }), []).map((choice) => choice.mode)).toEqual(said);
    }),
  );
});

test('a locked mode says who locked it, and which rule of the policy it is', () => {
  expect(lockedWords({ ...display, allowed: ['off'] }, 'Acme')).toBe('not recorded here, by policy of Acme');
  expect(lockedWords(display, 'Acme')).toBe('may only be passed on live, by policy of Acme');
  expect(lockedWords({ ...display, allowed: ['off', 'keep'] }, null)).toBe(
    'is kept whenever it is recorded, by policy',
  );
  expect(lockedWords({ ...display, allowed: [] }, 'Acme')).toBe('not recorded here, by policy of Acme');
  expect(lockedWords(mic, 'Acme')).toBeNull();
});

test('every rule of the contract has its reason, and what the person may choose freely has none', () => {
  const at = { ...DEFAULT_POLICY, channels: { ...DEFAULT_POLICY.channels } };
  const said = CHANNEL_RULES.map((rule) => {
    const policy = { ...at, channels: { ...at.channels, mic: rule } };
    return lockedWords({ ...mic, allowed: MODES.filter((one) => isAllowed(policy, 'mic', one)) }, 'Acme');
  });
  expect(said).toEqual([
    'not recorded here, by policy of Acme',
    'may only be passed on live, by policy of Acme',
    null,
    'is kept whenever it is recorded, by policy of Acme',
  ]);
});
