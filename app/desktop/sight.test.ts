import { expect, test } from 'vitest';
import type { PausedBy, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import { SPOKEN } from '../../contract/spoken/spoken.ts';
import { testSnapshot } from '../../main/bridge/test-snapshot.ts';
import { elapsed, sightOf as sightIn } from './sight.ts';
import { tongueOf } from './words.ts';

const english = tongueOf('en', ['en-GB']);
const sightOf = (snapshot: Snapshot) => sightIn(snapshot, english);

test.each([
  [0, '0:00'],
  [999, '0:00'],
  [61_000, '1:01'],
  [2_467_999, '41:07'],
  [3_600_000, '1:00:00'],
  [36_061_000, '10:01:01'],
])('%d ms read as %s', (ms, shown) => {
  expect(elapsed(ms)).toBe(shown);
});

const PAUSED: readonly (readonly [PausedBy, string])[] = [
  ['person', 'Paused. Nothing is captured until you resume'],
  ['no-window', 'Paused. Nothing is captured until you resume'],
  ['sleep', 'Paused. Nothing is captured until this computer wakes; then it goes on by itself'],
  ['lock', 'Paused. Nothing is captured until you unlock the screen; then it goes on by itself'],
];
test('[P05] a pause says what ends it, and the tooltip holds all of it', () => {
  for (const [pausedBy, said] of PAUSED) {
    const session = {
      ...testSnapshot().session,
      state: 'paused',
      startedAt: '2026-03-03T13:41:00.000Z',
    } as const;
    const { stateLine, tooltip } = sightOf(
      testSnapshot({ lamp: 'paused', session: { ...session, activeMs: 36_061_000, pausedBy } }),
    );
    expect(stateLine).toBe(said);
    expect(tooltip.endsWith(said.slice('Paused. '.length))).toBe(true);
  }
});

test('[P04] a look at the screen before the recording is told as one', () => {
  const session = { ...testSnapshot().session, state: 'consenting' } as const;
  expect(sightOf(testSnapshot({ lamp: 'live', session })).stateLine).toBe(
    'Live. Your screen is looked at for a moment; nothing of it is kept',
  );
});

test('[P01] a channel in trouble is named, and not one whose consent was taken back', () => {
  const lost = (name: string, code: ErrorCode) => ({
    id: 'mic:usb',
    kind: 'mic',
    name,
    state: 'lost',
    trouble: errorOf(code),
  });
  const channels = [
    lost('Microphone', 'consent-revoked'),
    lost('System audio', 'device-failed'),
  ] as unknown as Snapshot['channels'];
  expect(sightOf(testSnapshot({ lamp: 'trouble', channels })).stateLine).toBe(
    `Needs a look. System audio: ${errorOf('device-failed').message}`,
  );
});

test('in Spanish nothing English is said, not even of a trouble that main tells in English', () => {
  const spanish = tongueOf('es', ['es-ES', 'en-GB']);
  const session = {
    ...testSnapshot().session,
    state: 'recording',
    startedAt: '2026-03-03T13:41:00.000Z',
  } as const;
  const channels = [
    {
      id: 'mic:default',
      kind: 'mic',
      name: 'Default microphone (Jabra)',
      state: 'live',
      mode: 'keep',
      trouble: errorOf('device-failed'),
    },
    { id: 'display:2', kind: 'display', name: 'Display 2', state: 'live', mode: 'live', trouble: null },
  ] as unknown as Snapshot['channels'];
  const troubled = sightIn(testSnapshot({ lamp: 'trouble', session, channels }), spanish);
  const { lamp, channel, errors } = SPOKEN.es;
  expect(troubled).toMatchObject({
    title: `${lamp.trouble} 0:00 – Tallylight`,
    stateLine: `${lamp.trouble}. ${channel.defaultMicrophone}: ${errors['device-failed'].message}`,
    modeLines: [`Se guarda: ${channel.defaultMicrophone}`, `Solo en vivo: ${channel.display} 2`],
  });
  expect(troubled.sinceLine).toMatch(/^Desde las \d{1,2}:\d\d$/);
  const own = sightIn(testSnapshot({ lamp: 'trouble', trouble: errorOf('data-in-use') }), spanish);
  expect(own.stateLine).toBe(`${lamp.trouble}. ${errors['data-in-use'].message}`);
});

test('times of day and lists are written as the region of this computer does', () => {
  const at = '2026-03-03T13:41:00.000Z';
  expect(tongueOf('en', ['en-US']).timeOfDay(at)).toMatch(/M$/);
  expect(tongueOf('en', ['es-ES', 'en-GB']).timeOfDay(at)).not.toMatch(/M$/);
});
