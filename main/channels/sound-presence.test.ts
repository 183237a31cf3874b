import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { defaultSoundName, presenceAmongEndpoints, presenceAmongMac, presenceOf } from './sound-presence.ts';

const mic = (device: string): Channel => ({ id: 'mic:a', kind: 'mic', name: 'A', device, isDefault: false });
const GUID = '{a934e8b8-8964-43b4-9f78-2743dee6db09}';
const ENDPOINT = `{0.0.1.00000000}.${GUID}`;
const OTHER = '{0.0.1.00000000}.{00000000-8964-43b4-9f78-2743dee6db09}';
const ALTERNATIVE = `@device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\wave_${GUID.toUpperCase()}`;
const MAC = [
  { object: 40, uid: 'BuiltInMicrophoneDevice', name: 'MacBook Pro Microphone' },
  { object: 52, uid: 'AppleUSBAudioEngine:1', name: 'Headset' },
];

test.each([
  ['by its uid', 'BuiltInMicrophoneDevice', MAC, { kind: 'there', as: '40' }],
  ['by its name, where ffmpeg prints no uid', 'Headset', MAC, { kind: 'there', as: '52' }],
  [
    'under another number after it came back',
    'Headset',
    [{ ...MAC[1], object: 60 }],
    { kind: 'there', as: '60' },
  ],
  ['no more', 'AirPods', MAC, { kind: 'gone' }],
  ['by nobody where there is no list', 'Headset', undefined, { kind: 'not-said' }],
  ['by nobody where the list is empty', 'Headset', [], { kind: 'not-said' }],
] as const)('a microphone of a Mac is known %s', (_what, device, devices, expected) => {
  expect(presenceAmongMac(devices as typeof MAC | undefined, mic(device))).toEqual(expected);
});

test.each([
  ['by the GUID of its endpoint', ALTERNATIVE, [OTHER, ENDPOINT], { kind: 'there', as: GUID }],
  ['no more', ALTERNATIVE, [OTHER], { kind: 'gone' }],
  ['no more, the last of all', ALTERNATIVE, [], { kind: 'gone' }],
  ['by nobody where its name has no GUID', '@device_cm_{33D9A762}\\wave:Mic', [OTHER], { kind: 'not-said' }],
  ['by nobody where there is no list', ALTERNATIVE, undefined, { kind: 'not-said' }],
] as const)('a microphone of Windows is known %s', (_what, device, endpoints, expected) => {
  expect(presenceAmongEndpoints(endpoints, mic(device))).toEqual(expected);
});

test.each(['linux', 'darwin', 'win32'] as const)(
  'a machine that is no %s with sound says nothing',
  (platform) => {
    expect(presenceOf({ platform }, mic('Headset'))).toEqual({ kind: 'not-said' });
    expect(presenceOf({ platform }, { ...mic('loopback'), kind: 'system_audio' })).toEqual({
      kind: 'not-said',
    });
    expect(defaultSoundName({ platform })).toBeUndefined();
  },
);
