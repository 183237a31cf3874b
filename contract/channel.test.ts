import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelId, kindOf, mediaTypeOf } from './channel.ts';
import { compareKeys, sessionId } from './fragment.ts';
import { DEFAULT_TOKEN_SECONDS, startChannel } from './wire.ts';

test('a channel id names its kind and is no path', () => {
  for (const id of ['mic:default', 'system_audio:default', 'display:1', 'mic:usb-headset_2.a'])
    expect(channelId.parse(id)).toBe(id);
  expect(['mic:default', 'system_audio:x', 'display:1'].map(kindOf)).toEqual([
    'mic',
    'system_audio',
    'display',
  ]);
  for (const id of [
    'mic',
    'mic:',
    'mic:../x',
    'mic:.x',
    'mic:A',
    'camera:1',
    'mic:a b',
    'mic:a\n',
    `mic:${'a'.repeat(120)}`,
  ])
    expect(channelId.safeParse(id).success).toBe(false);
});

test('a session id is no path either', () => {
  expect(sessionId.safeParse('cap-0123abcd_-Z').success).toBe(true);
  for (const id of ['cap-', 'cap-short', '../cap-01234567', 'cap-01234567/..', 'cap-01234567\n'])
    expect(sessionId.safeParse(id).success).toBe(false);
});

test('sound is audio and a display is video', () => {
  expect((['mic', 'system_audio', 'display'] as const).map(mediaTypeOf)).toEqual(['audio', 'audio', 'video']);
});

test('[P15] a channel of which nothing is said is not stored', () => {
  expect(startChannel.parse({ channel_id: 'mic:default', type: 'audio' }).store).toBe(false);
});

test('[P08] a token of which nothing is said lasts ten minutes', () => {
  expect(DEFAULT_TOKEN_SECONDS).toBe(600);
});

test('fragments are ordered by take, then by sequence', () => {
  const key = fc.record({ take: fc.integer({ min: 1, max: 9 }), sequence: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(
        Math.sign(a.take * 10 + a.sequence - b.take * 10 - b.sequence),
      );
    }),
  );
});
