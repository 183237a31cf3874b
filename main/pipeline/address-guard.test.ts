import { afterEach, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import type { AddressGuard } from './address-guard.ts';
import { guardAddress } from './address-guard.ts';
import { settled } from './test-bench.ts';
import { DISPLAY, MIC } from './test-capture.ts';
import { until } from './test-devices.ts';

const MINE: Channel = { ...MIC, address: '0' };
const OTHER: Channel = { ...MIC, id: 'mic:other', device: 'other', address: '1' };
const SCREEN: Channel = { ...DISPLAY, address: '1', fingerprint: 'de11de11de11de11' };
const NO_PRINT: Channel = { ...DISPLAY, address: '1' };

const guards: AddressGuard[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
});

/** Answers one after the other, the last for good. */
function watch(channel: Channel, lists: (readonly Channel[] | 'none')[], patienceMs = 60_000) {
  const said: string[] = [];
  const count = { asked: 0 };
  const list = async (): Promise<Result<ChannelList>> => {
    const channels = lists[Math.min(count.asked++, lists.length - 1)] ?? 'none';
    return channels === 'none' ? fail('ffmpeg-missing') : ok({ channels, missing: [] });
  };
  const machine = { platform: 'darwin', env: {}, ffmpeg: async () => fail('ffmpeg-missing') } as const;
  const guard = guardAddress(
    channel,
    { machine, list, patienceMs, pauseMs: 1 },
    {
      confirmed: () => said.push('confirmed'),
      gone: () => said.push('gone'),
      unsure: () => said.push('unsure'),
    },
  );
  guards.push(guard);
  return { said, count, guard };
}

test.each([
  ['is confirmed where the list has it under its number', 'confirmed', MINE, [MINE, OTHER]],
  ['is gone where another has its number', 'gone', MINE, [{ ...OTHER, address: '0' }]],
  [
    'is gone where it has another number',
    'gone',
    MINE,
    [
      { ...OTHER, address: '0' },
      { ...MINE, address: '1' },
    ],
  ],
  ['is gone where the number is of no device any more', 'gone', MINE, [OTHER]],
  [
    'is gone where another monitor hangs on its plug',
    'gone',
    SCREEN,
    [{ ...SCREEN, fingerprint: 'e120e120e120e120' }],
  ],
])('[P01] what was opened by a number %s', async (_what, verdict, agreed, listed) => {
  const { said, count } = watch(agreed, [listed]);
  await until(() => said.length > 0);
  expect({ said, asked: count.asked }).toEqual({ said: [verdict], asked: 1 });
});

test.each([
  ['that fails', 'none'],
  ['without one of its kind', [DISPLAY]],
] as const)('a list %s is no answer: it is asked again', async (_what, useless) => {
  const { said, count } = watch(MINE, [useless, useless, [MINE]]);
  await until(() => said.length > 0);
  expect({ said, asked: count.asked }).toEqual({ said: ['confirmed'], asked: 3 });
});

test.each([
  ['the system does not say for too long what was opened', MINE, 'none' as const],
  ['a monitor has no fingerprint any more', SCREEN, [NO_PRINT]],
])('[P01] where %s, nothing is confirmed', async (_what, agreed, listed) => {
  const { said, count } = watch(agreed, [listed], 100);
  await until(() => said.length > 0);
  expect(said).toEqual(['unsure']);
  expect(count.asked).toBeGreaterThan(1);
});

test('[P01] a monitor whose fingerprint is known again is confirmed', async () => {
  const { said } = watch(SCREEN, [[NO_PRINT], [NO_PRINT], [SCREEN]]);
  await until(() => said.length > 0);
  expect(said).toEqual(['confirmed']);
});

test('says nothing of an answer that comes after it was closed', async () => {
  const { said, guard } = watch(MINE, [[MINE]]);
  guard.close();
  await settled();
  expect(said).toEqual([]);
});
