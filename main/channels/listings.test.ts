import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isAvfoundationListing, parseAvfoundationListing } from './avfoundation-listing.ts';
import { isDshowListing, parseDshowListing, parseDshowSources } from './dshow-listing.ts';

const read = (name: string) => readFileSync(new URL(`listings/${name}.txt`, import.meta.url), 'utf8');

const AUDIO = '@device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\';
const AUDIO_SOFTWARE = '@device_sw_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\';
const VIDEO_SOFTWARE = '@device_sw_{860BB310-5D01-11D0-BD3B-00A0C911CE86}\\';
const WEBCAM = '#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\\global';
const RECORDER = `${VIDEO_SOFTWARE}{4EA69364-2C8A-4AE6-A561-56E4B5044439}`;
const CAPTURER = `${AUDIO_SOFTWARE}{8E146464-DB61-4309-AFA1-3578E927E935}`;
const underWine = (last: string) =>
  ['LabMicrophone', 'Monitor of LabSpeakers', 'Monitor of Null Output', last].map((name) => [
    name,
    `${AUDIO}${name}`,
    'audio',
  ]);

describe('the DirectShow devices that ffmpeg lists', () => {
  test.each([
    ['dshow-real-ff4.1-wine8', underWine('PulseAudio')],
    ['dshow-real-ff4.1-wine10', underWine('PulseAudio Input')],
    ['dshow-real-ff7.1-wine10', underWine('PulseAudio Input')],
    [
      'dshow-ff3.2.4-zhCN',
      [
        [
          'Integrated Webcam',
          `@device_pnp_\\\\?\\usb#vid_0c45&pid_6448&mi_00#7&2645f9e4&0&0000${WEBCAM}`,
          'video',
        ],
        ['screen-capture-recorder', RECORDER, 'video'],
        [
          '麦克风 (High Definition Audio 设备)',
          `${AUDIO}wave_{E26AD2BE-B335-41EC-BED5-40F982F21FF7}`,
          'audio',
        ],
        ['virtual-audio-capturer', CAPTURER, 'audio'],
      ],
    ],
    [
      'dshow-2020-win10',
      [
        [
          'Integrated Camera',
          `@device_pnp_\\\\?\\usb#vid_04f2&pid_b449&mi_00#6&293a28f6&0&0000${WEBCAM}`,
          'video',
        ],
        ['screen-capture-recorder', RECORDER, 'video'],
        [
          'Microphone Array (Realtek High Definition Audio)',
          `${AUDIO}wave_{A934E8B8-8964-43B4-9F78-2743DEE6DB09}`,
          'audio',
        ],
        ['virtual-audio-capturer', CAPTURER, 'audio'],
      ],
    ],
    [
      'dshow-2012-noaltname',
      [
        ['Integrated Camera', null, 'video'],
        ['screen-capture-recorder', null, 'video'],
        ['Internal Microphone (Conexant 2', null, 'audio'],
        ['virtual-audio-capturer', null, 'audio'],
      ],
    ],
    [
      'dshow-new-mixed',
      [
        [
          'Integrated Camera',
          `@device_pnp_\\\\?\\usb#vid_04f2&pid_b6d9&mi_00#6&1e3c0a1&0&0000${WEBCAM}`,
          'video',
        ],
        ['OBS Virtual Camera', `${VIDEO_SOFTWARE}{A3FCE0F5-3493-419F-958A-ABA1250EC20B}`, ''],
        ['HD Webcam C920', '@device_pnp_\\\\?\\usb#vid_046d&pid_082d#global', 'video, audio'],
        [
          'Microphone Array (Realtek(R) Audio)',
          `${AUDIO}wave_{B1F1A5C0-1111-2222-3333-444455556666}`,
          'audio',
        ],
      ],
    ],
  ])('%s', (name, devices) => {
    const found = parseDshowListing(read(name));
    expect(found.map(({ name, alternativeName, kinds }) => [name, alternativeName, [...kinds].join(', ')])) //
      .toEqual(devices);
    expect(isDshowListing(read(name))).toBe(true);
  });

  test('are the same from -sources', () => {
    const sources = parseDshowSources(read('sources-dshow-real-ff7.1-wine10'));
    expect(sources).toEqual(parseDshowListing(read('dshow-real-ff7.1-wine10')));
  });

  test('stand under a header and with a suffix: the suffix decides', () => {
    const text = ['DirectShow audio devices', '"Webcam" (video)', '"Old"']
      .map((line) => `[dshow @ 00aa] ${line}\r\n`)
      .join('');
    expect(parseDshowListing(text).map(({ name, kinds }) => [name, ...kinds])).toEqual([
      ['Webcam', 'video'],
      ['Old', 'audio'],
    ]);
  });

  test('that stand in both sections are one device', () => {
    const lines = [' "Card"', '    Alternative name "@device_sw_x"'];
    const text = ['DirectShow video devices', ...lines, 'DirectShow audio devices', ...lines]
      .map((line) => `[dshow @ 00aa] ${line}\n`)
      .join('');
    expect(parseDshowListing(text)).toEqual([
      { name: 'Card', alternativeName: '@device_sw_x', kinds: new Set(['video', 'audio']) },
    ]);
  });

  test('never take the alternative name of a device whose own line is not there', () => {
    const text = '[dshow @ 00aa] "Mic" (audio)\nsomething\n[dshow @ 00aa]   Alternative name "@device_x"\n';
    expect(parseDshowListing(text)).toMatchObject([{ name: 'Mic', alternativeName: null }]);
  });

  test('cannot be told where ffmpeg has no dshow', () => {
    expect(isDshowListing("Unknown input format: 'dshow'\n")).toBe(false);
  });
});

describe('the AVFoundation devices that ffmpeg lists', () => {
  test.each([
    ['avfoundation-ff2.6.3', [[0, 'Built-in Microphone', null]], [[1, 0]]],
    [
      'avfoundation-ff3.4-elcapitan',
      [
        [0, 'Soundflower (64ch)', null],
        [1, 'Built-in Microphone', null],
        [2, 'Soundflower (2ch)', null],
        [3, 'Built-in Input', null],
      ],
      [[3, 0]],
    ],
    [
      'avfoundation-2022-ff5',
      [
        [0, 'Microsoft Teams Audio', null],
        [1, 'Built-in Microphone', null],
      ],
      [[1, 0]],
    ],
    [
      'avfoundation-ff7-2screens-1mic',
      [[0, 'MacBook Air Microphone', null]],
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [
      'avfoundation-ff7-nomic',
      [],
      [
        [0, 0],
        [1, 1],
      ],
    ],
    [
      'avfoundation-newest-uid',
      [
        [0, 'MacBook Pro Microphone', 'BuiltInMicrophoneDevice'],
        [1, 'BlackHole 2ch', null],
      ],
      [[1, 0]],
    ],
  ])('%s', (name, microphones, screens) => {
    const found = parseAvfoundationListing(read(name));
    expect(found.microphones.map(({ index, name, uid }) => [index, name, uid])).toEqual(microphones);
    expect(found.screens.map(({ index, screen }) => [index, screen])).toEqual(screens);
    expect(isAvfoundationListing(read(name))).toBe(true);
  });

  test('may have a uid and a serial', () => {
    const line = '[0] Studio [A]  [uid:AppleUSBAudioEngine:X:1] [serial:123]';
    const text = ['AVFoundation audio devices:', line]
      .map((it) => `[AVFoundation indev @ 0x1] ${it}\n`)
      .join('');
    expect(parseAvfoundationListing(text).microphones).toEqual([
      { index: 0, name: 'Studio [A]', uid: 'AppleUSBAudioEngine:X:1' },
    ]);
  });

  test('an index that stands for two devices is neither, and a screen with two indexes is none', () => {
    const lines = [
      ...[
        'AVFoundation video devices:',
        '[0] Capture screen 0',
        '[1] Capture screen 0',
        '[2] Capture screen 1',
      ],
      ...['AVFoundation audio devices:', '[0] One', '[0] Other', '[1] Third', '[1] Third'],
    ];
    const found = parseAvfoundationListing(lines.map((it) => `[AVFoundation indev @ 0x1] ${it}\n`).join(''));
    expect(found).toEqual({
      microphones: [{ index: 1, name: 'Third', uid: null }],
      screens: [{ index: 2, screen: 1 }],
    });
  });

  test('cannot be told where ffmpeg has no avfoundation', () => {
    expect(isAvfoundationListing("Unknown input format: 'avfoundation'\n")).toBe(false);
  });
});
