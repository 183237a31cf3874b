import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { ConsentStatement } from '../../contract/consent.ts';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { testFacts } from '../vault/test-vault.ts';
import { wantedChannels } from './wanted.ts';

type Named = ConsentStatement['channels'][number];
const MIC: Named = { id: 'mic:default', name: 'Microphone', mode: 'keep' };
const DISPLAY: Named = { id: 'display:1', name: 'Display', mode: 'keep', fingerprint: '0123456789abcdef' };
const LISTED: readonly Channel[] = [
  { id: 'mic:default', kind: 'mic', name: 'Microphone', device: 'mic', isDefault: true },
  {
    ...{ id: 'display:1', kind: 'display', name: 'Display', device: 'screen', isDefault: true },
    fingerprint: '0123456789abcdef',
  },
];

/** What goes on of a microphone and a display that were recorded, where the signed statement names these. */
function wantedWith(channels: readonly Named[]) {
  const facts = testFacts({
    channels: [
      { ...MIC, kind: 'mic', rtstreamId: 'rts-mic', device: 'mic' },
      { ...DISPLAY, kind: 'display', rtstreamId: 'rts-display', device: 'screen' },
    ],
  });
  const statement = { channels: [...channels] };
  return wantedChannels(facts, { view: { revoked: [] }, policy: DEFAULT_POLICY, statement }, LISTED);
}

test('what the signed statement names goes on', () => {
  expect(wantedWith([MIC, DISPLAY]).map(({ out }) => out)).toEqual([null, null]);
});

const OTHERWISE: readonly [string, readonly Named[]][] = [
  ['not named', [MIC]],
  ['named in another mode', [MIC, { ...DISPLAY, mode: 'live' }]],
  ['named as another display', [MIC, { ...DISPLAY, fingerprint: 'fedcba9876543210' }]],
  ['named as the default, whichever it is', [MIC, { ...DISPLAY, follow: true }]],
];
test.each(OTHERWISE)('a channel that is %s there stays off, whatever is noted beside it', (_name, named) => {
  const [mic, display] = wantedWith(named);
  expect(mic?.out).toBeNull();
  expect(display?.out).toMatchObject({ code: 'consent-missing' });
});
