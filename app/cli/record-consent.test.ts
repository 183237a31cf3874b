import { expect, test } from 'vitest';
import type { TermsView } from '../../contract/bridge/snapshot.ts';
import { allowedModes, consentText } from './record-consent.ts';

const terms: TermsView = {
  organisation: 'Acme',
  policyVersion: 7,
  purpose: 'Meeting notes',
  retentionDays: 30,
  maxSessionMinutes: 60,
  recipients: ['Acme research team', 'Notewright GmbH'],
  localCopy: 'purge-after-delivery',
};
const protection = { kind: 'key-file', warning: 'key-file' } as const;

test('[P26] the text names each channel with its mode, who asks, what for, how long, who gets it and when it ends', () => {
  const modes = new Map([
    ['mic:default', 'keep'],
    ['display:1', 'live'],
  ] as const);
  expect(consentText(terms, { protection }, { modes, follow: true })).toBe(
    [
      'By running this command you agree to this recording:',
      '  kept, encrypted: mic:default',
      '  live only, never written to a disk: display:1',
      '  default devices: whichever are the default at the time',
      '  asked by: Acme, policy 7',
      '  for: Meeting notes; goes to: Acme research team, Notewright GmbH',
      '  kept: 30 days; on this device: the copy here goes after delivery',
      '  its key: No system keychain is in use: the key is a file that any program of your user account can read.',
      '  ends by itself after 60 min, pauses included',
      'Ctrl+C stops. The consent receipt is in the audit log (`tallylight audit`).',
    ].join('\n'),
  );
});

test('[P26] where all is live only nothing is said of keeping, and without an end none is promised', () => {
  const modes = new Map([['display:1', 'live']] as const);
  const text = consentText({ ...terms, maxSessionMinutes: null }, { protection }, { modes, follow: false });
  expect(text).toContain('  nothing is kept\n');
  expect(text).not.toMatch(/kept: |its key|ends by itself|default devices/);
});

test('the text is what a terminal shows of it, control characters of the policy included', () => {
  const modes = new Map([['display:1', 'live']] as const);
  const foreign = { ...terms, purpose: 'Notes\u001b[2J' };
  expect(consentText(foreign, { protection }, { modes, follow: false })).toContain('for: Notes\ufffd[2J;');
});

test.each([
  ['keep', ['off', 'live'], 'may only be passed on live: --ephemeral'],
  ['live', ['off', 'keep'], 'is kept whenever it is recorded: --store'],
  ['live', ['off'], 'is not recorded here'],
] as const)('%s where the policy leaves %j is refused with what it allows', (mode, allowed, reason) => {
  const refused = allowedModes(new Map([['display:1', mode]]), [{ id: 'display:1', allowed: [...allowed] }]);
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'policy-forbids', detail: `display:1 ${reason}` },
  });
});

test('what the policy allows is not refused, and what nobody named is not asked for', () => {
  const channels = [
    { id: 'mic:default', allowed: ['off' as const] },
    { id: 'display:1', allowed: ['off' as const, 'live' as const] },
  ];
  expect(allowedModes(new Map([['display:1', 'live']]), channels).ok).toBe(true);
});
