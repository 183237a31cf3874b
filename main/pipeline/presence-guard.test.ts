import { afterEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Machine } from '../channels/machine.ts';
import type { SoundPresence } from '../channels/sound-presence.ts';
import { guardDevice } from './device-guard.ts';
import type { PresenceGuard } from './presence-guard.ts';
import { guardPresence } from './presence-guard.ts';
import { LISTING_LOOK_MS, LOOK_MS } from './restart-schedule.ts';
import { settled } from './test-bench.ts';
import { MIC, SYSTEM_AUDIO } from './test-capture.ts';
import { until } from './test-devices.ts';
import { handTimers } from './test-timers.ts';

const machine: Machine = { platform: 'darwin', env: {}, ffmpeg: async () => fail('ffmpeg-missing') };
const OTHER: Channel = { ...MIC, id: 'mic:other', device: 'other' };
const there = (as: string): SoundPresence => ({ kind: 'there', as });
const GONE: SoundPresence = { kind: 'gone' };
const NOT_SAID: SoundPresence = { kind: 'not-said' };

const guards: PresenceGuard[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
});

/** Answers one after the other, the last for good. */
function watch(native: SoundPresence[], lists: (readonly Channel[] | 'none')[] = []) {
  const count = { gone: 0, looks: 0, listings: 0 };
  const { later, pass } = handTimers();
  const guard = guardPresence(
    MIC,
    {
      machine,
      presence: () => native[Math.min(count.looks++, native.length - 1)] ?? NOT_SAID,
      list: async () => {
        const channels = lists[Math.min(count.listings++, lists.length - 1)] ?? 'none';
        return channels === 'none' ? fail('device-failed') : ok({ channels, missing: [] });
      },
      later,
    },
    () => {
      count.gone++;
    },
  );
  guards.push(guard);
  return { count, pass };
}

describe('a microphone that the system itself tells of', () => {
  test.each([
    ['it is unplugged', [there('7'), there('7'), GONE]],
    ['it went and came back between two looks', [there('7'), there('9')]],
  ])('is gone, once, where %s, and no list is asked for', async (_what, answers) => {
    const { count, pass } = watch(answers);
    for (let looks = 1; looks < answers.length; looks++) expect(await pass()).toBe(LOOK_MS);
    // No other look follows.
    expect(await pass()).toBeUndefined();
    expect(count).toEqual({ gone: 1, looks: answers.length, listings: 0 });
  });

  test('stays while the system has nothing to say', async () => {
    const { count, pass } = watch([there('7'), NOT_SAID, there('7')]);
    for (let looks = 1; looks < 10; looks++) expect(await pass()).toBe(LOOK_MS);
    expect(count).toEqual({ gone: 0, looks: 10, listings: 0 });
  });
});

describe('a microphone that only a list tells of', () => {
  test('is gone where the list has others and not it any more', async () => {
    const { count, pass } = watch([NOT_SAID], [[MIC, OTHER], 'none', [], [OTHER]]);
    await settled();
    for (let looks = 1; looks < 4; looks++) expect(await pass()).toBe(LISTING_LOOK_MS);
    expect(await pass()).toBeUndefined();
    expect([count.gone, count.listings]).toEqual([1, 4]);
  });

  test('is not gone where the list never had it, has none of its kind, or the system knows it by no name', async () => {
    const all = [
      watch([GONE], [[OTHER]]),
      watch([NOT_SAID], [[MIC], []]),
      watch([NOT_SAID], [[MIC], 'none']),
    ];
    await settled();
    for (const { count, pass } of all) {
      for (let looks = 1; looks < 10; looks++) expect(await pass()).toBe(LISTING_LOOK_MS);
      expect([count.gone, count.listings]).toEqual([0, 10]);
    }
  });
});

test('what a host hears of the system is no device that could go', async () => {
  let asked = 0;
  const asking = {
    ...machine,
    ffmpeg: async () => {
      asked++;
      return fail('ffmpeg-missing');
    },
  };
  const opened = { channel: { ...SYSTEM_AUDIO, device: 'loopback' }, machine: asking, recorderPid: 1 };
  const on = { cleared: () => undefined, lost: () => undefined };
  guardDevice(opened, on).close();
  expect(asked).toBe(0);
  const mic = guardDevice({ ...opened, channel: MIC }, on);
  await until(() => asked > 0);
  mic.close();
});
