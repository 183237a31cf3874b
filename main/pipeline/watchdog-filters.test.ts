import { expect, test } from 'vitest';
import { captureArguments } from './arguments.ts';
import { LOOK_FILTERS } from './recorded-picture.ts';
import { METER_FILTERS } from './recorded-sound.ts';
import { DISPLAY, MIC, TEST_FORMAT } from './test-capture.ts';
import { missingWatchdogs } from './watchdog-filters.ts';

const ALL = [...METER_FILTERS, ...LOOK_FILTERS];

function graphsWith(filters: ReadonlySet<string>): string {
  const ffmpeg = { version: { major: 7, minor: 1, text: '7.1' }, demuxers: new Set<string>(), filters };
  return [MIC, DISPLAY]
    .flatMap(
      (channel) =>
        captureArguments({ channel, ffmpeg, format: TEST_FORMAT, platform: 'linux', env: {} }).outputOptions,
    )
    .join(' ');
}

test('an ffmpeg that has every filter tells everything', () => {
  expect(missingWatchdogs(new Set(ALL))).toEqual([]);
  expect(graphsWith(new Set(ALL))).toMatch(/astats.*signalstats/);
});

test.each(ALL)('an ffmpeg without %s lacks what its recordings then do without, and nothing else', (name) => {
  const filters = new Set(ALL.filter((one) => one !== name));
  const missing = missingWatchdogs(filters);
  expect(missing.map(({ lacks }) => lacks)).toEqual([[name]]);
  const isMeter = missing[0]?.tells === 'levels and silence';
  expect(graphsWith(filters)).not.toMatch(isMeter ? /astats/ : /signalstats/);
  expect(graphsWith(filters)).toMatch(isMeter ? /signalstats/ : /astats/);
});
