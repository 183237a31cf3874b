import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { isSameDevice, sameChannel } from './same-channel.ts';

const channel = (id: string, device: string, more: Partial<Channel> = {}): Channel => ({
  id,
  kind: id.startsWith('mic') ? 'mic' : 'display',
  name: id,
  device,
  isDefault: false,
  ...more,
});
const [DELL, EIZO] = [{ fingerprint: 'de11de11de11de11' }, { fingerprint: 'e120e120e120e120' }];

describe('[P01] a channel that was agreed to is', () => {
  test.each([
    [
      'a display of the same number on the same plug',
      channel('display:1', 'DP-1'),
      channel('display:1', 'DP-1'),
    ],
    ['the same monitor', channel('display:1', 'DP-1', DELL), channel('display:1', 'DP-1', DELL)],
    [
      'the same monitor under another number',
      channel('display:2', 'DP-1', DELL),
      channel('display:1', 'DP-1', DELL),
    ],
    [
      'a display that was agreed to without a fingerprint, and has one now',
      channel('display:1', 'DP-1'),
      channel('display:1', 'DP-1', DELL),
    ],
    [
      'the default microphone that is it no more',
      channel('mic:default', 'usb-a'),
      channel('mic:headset', 'usb-a'),
    ],
    [
      'a microphone whose twin was plugged in',
      channel('mic:headset', 'usb-a'),
      channel('mic:headset-1a2b3c', 'usb-a', { name: 'mic:headset' }),
    ],
  ])('%s', (_what, agreed, now) => {
    const moved = { ...now, address: '7', area: { x: 1, y: 2, width: 3, height: 4 } };
    expect(sameChannel([channel('mic:other', 'other'), moved], agreed)).toEqual({
      ...moved,
      id: agreed.id,
      name: agreed.name,
    });
  });
});

describe('[P01] a channel that was agreed to is not', () => {
  test.each([
    ['another monitor on its plug', channel('display:1', 'DP-1', DELL), channel('display:1', 'DP-1', EIZO)],
    [
      'the same monitor on another plug',
      channel('display:1', 'DP-1', DELL),
      channel('display:1', 'DP-2', DELL),
    ],
    [
      'a display without a fingerprint under another number',
      channel('display:2', 'DP-1'),
      channel('display:1', 'DP-1'),
    ],
    ['another default microphone', channel('mic:default', 'usb-a'), channel('mic:default', 'usb-b')],
    [
      'the default, where a microphone was meant',
      channel('mic:headset', 'usb-a'),
      channel('mic:default', 'usb-a'),
    ],
    [
      'a microphone of another name on its device',
      channel('mic:headset', 'usb-a'),
      channel('mic:speakerphone', 'usb-a'),
    ],
    [
      'a display that is called like a microphone',
      channel('mic:screen', 'screen'),
      channel('display:1', 'screen'),
    ],
  ])('%s', (_what, agreed, now) => {
    expect(sameChannel([now], agreed)).toBeUndefined();
  });
});

describe('[P01] a display that was agreed to by its fingerprint', () => {
  const agreed = channel('display:1', 'DP-1', DELL);

  test.each(['display:1', 'display:2'])('is in doubt where what is on its plug has none: %s', (id) => {
    const now = channel(id, 'DP-1');
    expect(sameChannel([channel('display:3', 'DP-3', DELL), now], agreed)).toBe('in-doubt');
    expect(isSameDevice(agreed, now)).toBe(false);
  });

  test('is in no doubt where it is listed as well', () => {
    expect(sameChannel([channel('display:2', 'DP-1'), agreed], agreed)).toEqual(agreed);
  });
});
