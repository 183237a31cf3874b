import { expect, test } from 'vitest';
import { WATCHDOGS } from '../../main/pipeline/watchdog-filters.ts';
import { describeFfmpeg, lackingFor, RECORDING_FILTERS } from './doctor-ffmpeg.ts';

const ALL = [
  ...RECORDING_FILTERS.sound,
  ...RECORDING_FILTERS.picture,
  ...WATCHDOGS.flatMap(({ filters }) => filters),
];

const built = (without: readonly string[]) => ({
  ...{ path: '/usr/bin/ffmpeg', origin: 'PATH' as const, sentence: '', passedOver: [] },
  version: { major: 7, minor: 1, text: '7.1' },
  ...{ demuxers: new Set<string>(), encoders: new Set<string>() },
  filters: new Set(ALL.filter((name) => !without.includes(name))),
});

test.each([
  ['nothing', [], []],
  ['asplit', ['asplit'], [{ tells: 'levels and silence', lacks: ['asplit'] }]],
  [
    'signalstats and nullsink',
    ['signalstats', 'nullsink'],
    [{ tells: 'black and frozen pictures', lacks: ['signalstats', 'nullsink'] }],
  ],
])('a build without %s records, and what it cannot tell is named', (_what, without, missing) => {
  expect(describeFfmpeg(built(without)).missingWatchdogs).toEqual(missing);
  expect(lackingFor('sound', built(without))).toBeUndefined();
  expect(lackingFor('picture', built(without))).toBeUndefined();
});

test('a build without a filter that every recording needs is a problem of that kind', () => {
  expect(lackingFor('sound', built(['aresample']))?.code).toBe('ffmpeg-lacks-device');
  expect(lackingFor('picture', built(['aresample']))).toBeUndefined();
  expect(lackingFor('picture', built(['crop', 'null']))?.detail).toBe(
    'version 7.1 without the filter crop, null',
  );
});
