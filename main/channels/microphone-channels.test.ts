import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { channel } from '../../contract/channel.ts';
import { parseAvfoundationListing } from './avfoundation-listing.ts';
import { parseDshowListing } from './dshow-listing.ts';
import { soundsLikeLoopback } from './loopback-names.ts';
import { defaultMacMicrophoneAmong, macMicrophones } from './macos-microphones.ts';
import type { DefaultMicrophone } from './microphone-channels.ts';
import { microphoneChannels } from './microphone-channels.ts';
import { defaultAmong, windowsMicrophones } from './windows-microphones.ts';

const read = (name: string) => readFileSync(new URL(`listings/${name}.txt`, import.meta.url), 'utf8');
const wave = (digit: number) =>
  `@device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\wave_{A934E8B8-8964-43B4-9F78-2743DEE6DB0${digit}}`;
const NOT_SAID: DefaultMicrophone = { kind: 'not-said' };

const mic = (name: string, device = `id of ${name}`) => ({ name, device });
const idsOf = (
  microphones: readonly { name: string; device: string }[],
  system: DefaultMicrophone = NOT_SAID,
) => microphoneChannels(microphones, system).map(({ id, isDefault }) => (isDefault ? `${id} *` : id));

describe('microphones as channels', () => {
  test('have the default first where the system says which it is', () => {
    const system = { kind: 'listed', device: 'id of B' } as const;
    const channels = microphoneChannels([mic('A'), mic('B')], system);
    expect(channels.map(({ id, name, device, isDefault }) => [id, name, device, isDefault])).toEqual([
      ['mic:default', 'Default microphone (B)', 'id of B', true],
      ['mic:a', 'A', 'id of A', false],
      ['mic:b', 'B', 'id of B', false],
    ]);
    for (const one of channels) expect(channel.safeParse(one).error).toBeUndefined();
  });

  test.each([
    ['one, and nobody says: it is the default', [mic('A')], NOT_SAID, ['mic:default *', 'mic:a']],
    ['one, and another is the default', [mic('A')], { kind: 'other' }, ['mic:a *']],
    ['two, and nobody says: none is the default', [mic('A'), mic('B')], NOT_SAID, ['mic:a *', 'mic:b']],
    ['none', [], NOT_SAID, []],
    ['a loopback alone', [mic('Stereo Mix')], NOT_SAID, ['mic:stereo-mix']],
    [
      'a loopback before one',
      [mic('CABLE Output (VB-Audio)'), mic('A')],
      NOT_SAID,
      ['mic:cable-output-vb-audio', 'mic:a *'],
    ],
    [
      'a loopback that is the default of the system',
      [mic('Stereo Mix'), mic('A')],
      { kind: 'listed', device: 'id of Stereo Mix' },
      ['mic:stereo-mix', 'mic:a *'],
    ],
  ] as [string, ReturnType<typeof mic>[], DefaultMicrophone, string[]][])(
    '%s',
    (_what, mics, system, ids) => {
      expect(idsOf(mics, system)).toEqual(ids);
    },
  );

  test('of one name have ids that do not depend on which was plugged in first', () => {
    const [a, b] = [mic('Headset', wave(1)), mic('Headset', wave(2))];
    expect(idsOf([a, b]).map((id) => id.replace(' *', ''))).toEqual(
      idsOf([b, a])
        .map((id) => id.replace(' *', ''))
        .toReversed(),
    );
  });

  test.each([
    'Stereo Mix (Realtek(R) Audio)',
    'Stereomix (Realtek HD Audio)',
    'Mixage stéréo (Realtek)',
    'Стерео микшер (Realtek)',
    '立体声混音 (Realtek)',
    'What U Hear (Sound Blaster)',
    'virtual-audio-capturer',
    'CABLE Output (VB-Audio Virtual Cable)',
    'BlackHole 2ch',
    'Soundflower (64ch)',
    'Microsoft Teams Audio',
    'ZoomAudioDevice',
    'Monitor of LabSpeakers',
  ])('%s is no default', (name) => {
    expect(soundsLikeLoopback(name)).toBe(true);
  });

  test.each([
    'Microphone Array (Realtek(R) Audio)',
    'Built-in Microphone',
    'Monitor microphone (LG UltraFine)',
    '麦克风 (High Definition Audio 设备)',
    'Zoom H2n',
    'Cable Creation USB Audio',
  ])('%s may be one', (name) => {
    expect(soundsLikeLoopback(name)).toBe(false);
  });
});

describe('microphones of Windows', () => {
  test('are opened by their alternative names', () => {
    const { microphones, missing } = windowsMicrophones(parseDshowListing(read('dshow-new-mixed')));
    expect(missing).toEqual([]);
    expect(microphones.map(({ name, device }) => [name, device.slice(0, 11)])).toEqual([
      ['HD Webcam C920', '@device_pnp'],
      ['Microphone Array (Realtek(R) Audio)', '@device_cm_'],
    ]);
  });

  test('without alternative names are opened by name, and two of one name not at all', () => {
    const old = read('dshow-2012-noaltname');
    expect(windowsMicrophones(parseDshowListing(old)).microphones.map(({ device }) => device)).toEqual([
      'Internal Microphone (Conexant 2',
      'virtual-audio-capturer',
    ]);
    const twice = old.replace('"virtual-audio-capturer"', '"Internal Microphone (Conexant 2"');
    const { microphones, missing } = windowsMicrophones(parseDshowListing(twice));
    expect(microphones).toEqual([]);
    expect(missing).toMatchObject([
      { code: 'ffmpeg-lacks-device', detail: expect.stringContaining('Internal Microphone') },
    ]);
  });

  test('may be none', () => {
    const { microphones, missing } = windowsMicrophones([]);
    expect([microphones, missing.map(({ code }) => code)]).toEqual([[], ['microphone-missing']]);
  });

  test.each([
    ['is the one with its GUID', '{0.0.1.00000000}.{a934e8b8-8964-43b4-9f78-2743dee6db02}', wave(2)],
    [
      'is none of those where no GUID is its own',
      '{0.0.1.00000000}.{00000000-8964-43b4-9f78-2743dee6db02}',
      'other',
    ],
    ['is not said', undefined, 'not-said'],
    ['is said in another form', 'default', 'not-said'],
  ])('the default %s', (_what, endpoint, expected) => {
    const found = defaultAmong([mic('A', wave(1)), mic('A', wave(2))], endpoint);
    expect(found.kind === 'listed' ? found.device : found.kind).toBe(expected);
  });

  test('whose names hold no GUID cannot be compared with the default', () => {
    const { microphones } = windowsMicrophones(parseDshowListing(read('dshow-real-ff7.1-wine10')));
    expect(defaultAmong(microphones, '{0.0.1.00000000}.{25DA76D0-033C-4235-9002-19F48894AC6F}')).toEqual({
      kind: 'not-said',
    });
  });
});

describe('microphones of a Mac', () => {
  const listed = (...lines: string[]) =>
    parseAvfoundationListing(
      ['AVFoundation audio devices:', ...lines]
        .map((line) => `[AVFoundation indev @ 0x1] ${line}\n`)
        .join(''),
    ).microphones;

  test('are found by uid, else by name, and opened by the index of now', () => {
    const { microphones } = macMicrophones(
      parseAvfoundationListing(read('avfoundation-newest-uid')).microphones,
    );
    expect(microphones).toEqual([
      { device: 'BuiltInMicrophoneDevice', name: 'MacBook Pro Microphone', address: '0' },
      { device: 'BlackHole 2ch', name: 'BlackHole 2ch', address: '1' },
    ]);
  });

  test('[P01] of one name and without a uid are not offered: an index could open the other', () => {
    const { microphones, missing } = macMicrophones(listed('[0] USB Mic', '[1] Built-in', '[2] USB Mic'));
    expect(microphones.map(({ device }) => device)).toEqual(['Built-in']);
    expect(missing).toMatchObject([
      { code: 'ffmpeg-lacks-device', detail: expect.stringContaining('USB Mic') },
    ]);
    const told = macMicrophones(listed('[0] USB Mic  [uid:a]', '[1] USB Mic  [uid:b]'));
    expect(told.microphones.map(({ device }) => device)).toEqual(['a', 'b']);
  });

  test.each([
    ['by its uid', ['[0] A  [uid:a]', '[1] B  [uid:b]'], { uid: 'b', name: 'B' }, 'b'],
    ['by its name where there is no uid', ['[0] A', '[1] B'], { uid: 'b', name: 'B' }, 'B'],
    ['not among them', ['[0] A', '[1] B'], { uid: 'c', name: 'C' }, 'other'],
    ['not said', ['[0] A', '[1] B'], undefined, 'not-said'],
  ])('have the default %s', (_how, lines, system, expected) => {
    const found = defaultMacMicrophoneAmong(macMicrophones(listed(...lines)).microphones, system);
    expect(found.kind === 'listed' ? found.device : found.kind).toBe(expected);
  });
});
