import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_KINDS, CHANNEL_MODES } from './channel.ts';
import { CHANNEL_RULES, DEFAULT_POLICY, isAllowed, type Policy, policy, strictest } from './policy.ts';

const rule = fc.constantFrom(...CHANNEL_RULES);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    channels: fc.record({ mic: rule, system_audio: rule, display: rule }),
    retentionDays: fc.option(fc.integer({ min: 1, max: 4000 })),
    maxSessionMinutes: fc.option(fc.integer({ min: 1, max: 4000 })),
    bearerClients: fc.boolean(),
    localCopy: fc.constantFrom('keep' as const, 'purge-after-delivery' as const),
    tokenMaxSeconds: fc.integer({ min: 60, max: 900 }),
  })
  .map((chosen) => ({ ...DEFAULT_POLICY, ...chosen }));

test('off is always allowed, the other modes as the rule says', () => {
  const modesOf = (mic: (typeof CHANNEL_RULES)[number]) => {
    const ruled: Policy = { ...DEFAULT_POLICY, channels: { ...DEFAULT_POLICY.channels, mic } };
    return CHANNEL_MODES.filter((mode) => isAllowed(ruled, 'mic', mode));
  };
  expect(CHANNEL_RULES.map((mic) => [mic, modesOf(mic)])).toEqual([
    ['forbidden', ['off']],
    ['ephemeral', ['off', 'live']],
    ['choose', ['off', 'live', 'keep']],
    ['stored', ['off', 'keep']],
  ]);
});

test('[P16] nothing expires by itself where no policy was set', () => {
  expect(policy.parse(DEFAULT_POLICY)).toEqual(DEFAULT_POLICY);
  expect(DEFAULT_POLICY.retentionDays).toBeNull();
});

test('[P08] no policy lets a token live longer than 900 seconds', () => {
  expect(policy.safeParse({ ...DEFAULT_POLICY, tokenMaxSeconds: 901 }).success).toBe(false);
});

test('[P26] a policy without a purpose or without recipients is none', () => {
  expect(policy.safeParse({ ...DEFAULT_POLICY, purpose: '' }).success).toBe(false);
  expect(policy.safeParse({ ...DEFAULT_POLICY, recipients: [] }).success).toBe(false);
});

test('the strictest of two policies allows nothing that one of them forbids', () => {
  fc.assert(
    fc.property(policies, policies, (a, b) => {
      const both = strictest(a, b);
      expect(policy.safeParse(both).success).toBe(true);
      for (const kind of CHANNEL_KINDS)
        for (const mode of CHANNEL_MODES)
          expect(isAllowed(both, kind, mode)).toBe(isAllowed(a, kind, mode) && isAllowed(b, kind, mode));
      for (const { retentionDays, maxSessionMinutes, localCopy, tokenMaxSeconds, bearerClients } of [a, b]) {
        if (retentionDays !== null) expect(both.retentionDays).toBeLessThanOrEqual(retentionDays);
        if (maxSessionMinutes !== null) expect(both.maxSessionMinutes).toBeLessThanOrEqual(maxSessionMinutes);
        if (!bearerClients) expect(both.bearerClients).toBe(false);
        if (localCopy === 'purge-after-delivery') expect(both.localCopy).toBe(localCopy);
        expect(both.tokenMaxSeconds).toBeLessThanOrEqual(tokenMaxSeconds);
      }
    }),
  );
});

test('the strictest is the same whichever comes first, and a policy is as strict as itself', () => {
  fc.assert(
    fc.property(policies, policies, (a, b) => {
      expect(strictest(a, b)).toEqual(strictest(b, a));
      expect(strictest(a, a)).toEqual(a);
    }),
  );
});

test('[P26] what people read before they agree is one line that can be read', () => {
  const wrong = [
    '',
    '   ',
    ' notes',
    '\u200b',
    '\ud800',
    'a\nb',
    'a\u0000b',
    '\u202eevil',
    'a\u2028b',
    'a\u001b[2Jb',
  ];
  for (const text of wrong)
    for (const field of [{ purpose: text }, { organisation: text }, { recipients: [text] }])
      expect([text, policy.safeParse({ ...DEFAULT_POLICY, ...field }).success]).toEqual([text, false]);
  for (const text of ['Notas de reunión', '会議メモ', 'Q&A “notes”', 'שיחה', '👋 hello'])
    expect(policy.safeParse({ ...DEFAULT_POLICY, purpose: text }).success).toBe(true);
});
