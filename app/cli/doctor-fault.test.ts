import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import { type Came, faultOf } from './doctor-fault.ts';

const HEARD: Came = {
  channel: { id: 'mic:default', kind: 'mic' },
  content: { kind: 'sound', decodedMs: 10_000, peakDb: -6, isDigitalSilence: false },
  ...{ askedMs: 10_000, recordedMs: 10_100, fragments: 5, isGone: true, unwell: null, last: undefined },
};
const SILENCE = { kind: 'sound', decodedMs: 10_000, peakDb: null, isDigitalSilence: true } as const;
const DARK_AT_LAST = {
  kind: 'picture',
  ...{ frames: 150, darkest: 0, brightest: 200, changes: 3, isBlack: false },
} as const;
const BLACK = {
  kind: 'picture',
  ...{ frames: 150, darkest: 0, brightest: 0, changes: 0, isBlack: true },
} as const;

describe('a channel is proved', () => {
  test.each<[string, Partial<Came>]>([
    ['by all that was asked for', {}],
    ['by nearly all of it', { recordedMs: 8_000 }],
    ['after trouble that it got over', { last: errorOf('device-busy', 'once') }],
    [
      'after black that was taken back',
      { channel: { id: 'd', kind: 'display' }, content: DARK_AT_LAST, last: errorOf('channel-black', 'd') },
    ],
    ['by silence where nothing may play', { channel: { id: 's', kind: 'system_audio' }, content: SILENCE }],
  ])('%s', (_how, came) => {
    expect(faultOf({ ...HEARD, ...came })).toBeNull();
  });
});

describe('a channel is not proved', () => {
  test.each<[string, Partial<Came>, ErrorCode, RegExp]>([
    [
      'that was lost after one fragment',
      { recordedMs: 2_000, fragments: 1, last: errorOf('channel-lost', 'mic:default: no space') },
      ...(['channel-lost', /only 2\.0 s of 10\.0 s: mic:default: no space/] as const),
    ],
    [
      'that was lost near the end',
      { recordedMs: 9_500, last: errorOf('channel-lost', 'gone') },
      ...(['channel-lost', /only 9\.5 s/] as const),
    ],
    [
      'that stalled without a word',
      { recordedMs: 7_900 },
      ...(['device-failed', /only 7\.9 s of 10\.0 s: mic:default/] as const),
    ],
    [
      'of which nothing came',
      { content: null, fragments: 0, recordedMs: 0, last: errorOf('device-busy', 'held') },
      ...(['device-busy', /held/] as const),
    ],
    ['that cannot be decoded', { content: null }, 'device-failed', /cannot decode/],
    ['that leaves a process', { isGone: false }, 'device-failed', /process/],
    ['that heard nothing', { content: SILENCE }, 'channel-silent', /zero/],
    [
      'that saw nothing',
      { channel: { id: 'd', kind: 'display' }, content: BLACK },
      'channel-black',
      /pointer/,
    ],
    [
      'that saw nothing at the end',
      {
        ...{ channel: { id: 'd', kind: 'display' }, content: DARK_AT_LAST },
        ...{ unwell: errorOf('channel-black', 'd'), last: errorOf('channel-black', 'd') },
      },
      ...(['channel-black', /d, until the end/] as const),
    ],
    [
      'whose picture stood still',
      {
        ...{ channel: { id: 'd', kind: 'display' }, content: DARK_AT_LAST },
        unwell: errorOf('channel-frozen', 'd'),
      },
      ...(['channel-frozen', /d, until the end/] as const),
    ],
    [
      'that fell silent',
      { unwell: errorOf('channel-silent', 'mic:default') },
      ...(['channel-silent', /until the end/] as const),
    ],
  ])('%s', (_how, came, code, detail) => {
    const fault = faultOf({ ...HEARD, ...came });
    expect(fault?.code).toBe(code);
    expect(fault?.detail).toMatch(detail);
  });
});
