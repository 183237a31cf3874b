import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { fieldsOf, policyIn, sentFields } from './policy-form.ts';
import { changesOf, meaningOf, type UnderWay } from './policy-words.ts';

const IDLE: UnderWay = { recording: () => 0, longerThan: () => 0, due: 0 };
const BUSY: UnderWay = {
  recording: (kind, modes) => (kind === 'display' ? modes.length + (modes.includes('keep') ? 1 : 0) : 0),
  longerThan: (minutes) => (minutes < 60 ? 1 : 0),
  due: 12,
};

function changed(more: Partial<Policy>, now = IDLE): string[] {
  return changesOf(DEFAULT_POLICY, { ...DEFAULT_POLICY, ...more }, now);
}

test('what changes is said with what it does to sessions that are under way', () => {
  const display = (rule: Policy['channels']['display']) => ({ ...DEFAULT_POLICY.channels, display: rule });
  expect(changed({})).toEqual([]);
  expect(changed({ channels: display('forbidden') }, BUSY)).toEqual([
    'Displays will no longer be recorded. 3 sessions are recording a display now; that channel ends within 5 seconds.',
  ]);
  expect(changed({ channels: display('ephemeral') }, BUSY)).toEqual([
    'Displays will be live only and no longer be kept. 2 sessions are keeping a display now; that channel ends within 5 seconds.',
  ]);
  expect(changed({ channels: display('stored') })).toEqual(['Displays will always be kept when recorded.']);
  const strict = { ...DEFAULT_POLICY, channels: display('forbidden') };
  expect(changesOf(strict, DEFAULT_POLICY, BUSY)).toEqual([
    'For displays the person will choose between off, live only and kept. Sessions under way keep to the stricter rule that they began under.',
  ]);
  expect(changed({ maxSessionMinutes: 30 }, BUSY)).toEqual([
    'A session will end by itself 30 minutes after its start. 1 session under way has lasted longer: it ends now.',
  ]);
  expect(changed({ retentionDays: 7 }, BUSY)).toEqual([
    'What is kept will be deleted after 7 days. 12 sessions here are older than that; the next sweep deletes them for good.',
  ]);
});

const rule = fc.constantFrom('forbidden', 'ephemeral', 'choose', 'stored');
const words = (most: number) => fc.stringMatching(/^[a-zé“0-9]{1,20}$/).map((text) => text.slice(0, most));
const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  version: fc.constant(1),
  organisation: words(200),
  channels: fc.record({ mic: rule, system_audio: rule, display: rule }),
  purpose: words(500),
  retentionDays: fc.option(fc.integer({ min: 1, max: 36_500 })),
  maxSessionMinutes: fc.option(fc.integer({ min: 1, max: 525_600 })),
  recipients: fc.array(words(200), { minLength: 1, maxLength: 4 }),
  localCopy: fc.constantFrom('keep', 'purge-after-delivery'),
  tokenMaxSeconds: fc.integer({ min: 60, max: 900 }),
  bearerClients: fc.boolean(),
});

test('a policy goes through the form and comes out the same', () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      const { version: _, ...wanted } = policy;
      const sent = sentFields(new URLSearchParams(fieldsOf(policy)));
      expect(policyIn(sent)).toEqual({ policy: wanted });
    }),
  );
});

test('no two policies that differ are said to be the same, neither in what they mean nor in what changes', () => {
  fc.assert(
    fc.property(anyPolicy, anyPolicy, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(changesOf(one, other, IDLE).length === 0).toBe(isSame);
      if (one.organisation === other.organisation)
        expect(JSON.stringify(meaningOf(one)) === JSON.stringify(meaningOf(other))).toBe(isSame);
    }),
  );
});
