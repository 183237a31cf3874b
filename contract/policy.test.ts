import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_KINDS, CHANNEL_MODES } from './channel.ts';
import { DEFAULT_POLICY, isAllowed, type Policy, policy, strictest } from './policy.ts';

const modes = fc.subarray([...CHANNEL_MODES]);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    allowed: fc.record({ mic: modes, system_audio: modes, display: modes }),
    retentionDays: fc.option(fc.integer({ min: 1, max: 4000 })),
    localCopy: fc.constantFrom('keep' as const, 'purge-after-delivery' as const),
    tokenMaxSeconds: fc.integer({ min: 60, max: 900 }),
  })
  .map((chosen) => ({ ...DEFAULT_POLICY, ...chosen }));

test('off is always allowed, the other modes only where the policy names them', () => {
  const none: Policy = { ...DEFAULT_POLICY, allowed: { mic: [], system_audio: ['live'], display: ['keep'] } };
  expect(CHANNEL_KINDS.map((kind) => CHANNEL_MODES.filter((mode) => isAllowed(none, kind, mode)))).toEqual([
    ['off'],
    ['off', 'live'],
    ['off', 'keep'],
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
      for (const { retentionDays, localCopy, tokenMaxSeconds } of [a, b]) {
        if (retentionDays !== null) expect(both.retentionDays).toBeLessThanOrEqual(retentionDays);
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
