import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHANNEL_KINDS, CHANNEL_MODES } from '../../contract/channel.ts';
import { CHANNEL_RULES, DEFAULT_POLICY, isAllowed, type Policy } from '../../contract/policy.ts';
import { effectivePolicy } from './effective.ts';
import { type LocalPolicy, localPolicy } from './local.ts';

const rule = fc.constantFrom(...CHANNEL_RULES);
const bound = fc.integer({ min: 1, max: 4000 });
const copy = fc.constantFrom('keep' as const, 'purge-after-delivery' as const);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    version: bound,
    purpose: fc.constantFrom('Notes', 'Training'),
    channels: fc.record({ mic: rule, system_audio: rule, display: rule }),
    retentionDays: fc.option(bound),
    maxSessionMinutes: fc.option(bound),
    localCopy: copy,
  })
  .map((chosen) => ({ ...DEFAULT_POLICY, ...chosen }));
const locals: fc.Arbitrary<LocalPolicy | undefined> = fc.option(
  fc
    .record(
      {
        channels: fc.record({ mic: rule, system_audio: rule, display: rule }, { requiredKeys: [] }),
        retentionDays: bound,
        maxSessionMinutes: bound,
        localCopy: copy,
      },
      { requiredKeys: [] },
    )
    .map((parts) => localPolicy.parse(parts)),
  { nil: undefined },
);
const atMost = (value: number | null, limit: number | null | undefined) =>
  limit === null || limit === undefined || (value !== null && value <= limit);

test('[P26] what applies allows nothing that any of them forbids, and never forbids to leave a channel off', () => {
  fc.assert(
    fc.property(policies, fc.array(policies, { maxLength: 3 }), locals, (inForce, others, local) => {
      const effective = effectivePolicy(inForce, others, local);
      for (const kind of CHANNEL_KINDS) {
        expect(isAllowed(effective, kind, 'off')).toBe(true);
        for (const mode of CHANNEL_MODES) {
          if (!isAllowed(effective, kind, mode)) continue;
          for (const each of [inForce, ...others]) expect(isAllowed(each, kind, mode)).toBe(true);
          const rule = local?.channels?.[kind];
          if (rule === undefined) continue;
          const ruled = { ...inForce, channels: { ...inForce.channels, [kind]: rule } };
          expect(isAllowed(ruled, kind, mode)).toBe(true);
        }
      }
      for (const each of [inForce, ...others, local ?? {}]) {
        expect(atMost(effective.maxSessionMinutes, each.maxSessionMinutes)).toBe(true);
        if (each.localCopy === 'purge-after-delivery') expect(effective.localCopy).toBe(each.localCopy);
      }
    }),
  );
});

test('[P18][P26] retention is told as the service keeps it: where that is longer than is allowed here, nothing is stored', () => {
  fc.assert(
    fc.property(policies, fc.array(policies, { maxLength: 2 }), locals, (inForce, others, local) => {
      const effective = effectivePolicy(inForce, others, local);
      expect(effective.retentionDays).toBe(inForce.retentionDays);
      const limits = [...others.map(({ retentionDays }) => retentionDays), local?.retentionDays];
      const isTooLong = limits.some((limit) => !atMost(inForce.retentionDays, limit));
      if (isTooLong) for (const kind of CHANNEL_KINDS) expect(isAllowed(effective, kind, 'keep')).toBe(false);
    }),
  );
});

test('words and version are those in force, and what nobody restricts stays as it is', () => {
  fc.assert(
    fc.property(policies, fc.array(policies, { maxLength: 3 }), locals, (inForce, others, local) => {
      const { version, purpose, organisation } = effectivePolicy(inForce, others, local);
      expect({ version, purpose, organisation }).toEqual({
        version: inForce.version,
        purpose: inForce.purpose,
        organisation: inForce.organisation,
      });
      expect(effectivePolicy(inForce, [inForce], {})).toEqual(inForce);
      expect(effectivePolicy(inForce, [], undefined)).toEqual(inForce);
    }),
  );
});
