import { describe, expect, test } from 'vitest';
import { describeFfmpeg } from '../../app/cli/doctor-ffmpeg.ts';
import { FFMPEG_BUILDS } from '../../build/ffmpeg-builds.ts';
import type { Channel } from '../../contract/channel.ts';
import { captureArguments, variantsOf } from '../../main/pipeline/arguments.ts';
import { DEFAULT_FORMAT } from '../../main/pipeline/capture-format.ts';
import type { Capture } from '../../main/pipeline/capture-way.ts';

const VERSION = { major: 8, minor: 1, text: '8.1' };
/** An ffmpeg that has whatever it is asked for, except a grabber that the shipped one is too old for. */
const EVERYTHING = {
  has: (name: string) => name !== 'gfxcapture',
} as ReadonlySet<string>;

const CHANNELS: readonly Channel[] = [
  { id: 'mic:default', kind: 'mic', name: 'Microphone', device: '@device_cm', isDefault: true },
  { id: 'display:1', kind: 'display', name: 'Screen', device: 'one', address: 'output=0', isDefault: true },
];

/** Every filter in the graphs of a recording there, by any way to open its devices. */
function asked(platform: NodeJS.Platform): ReadonlySet<string> {
  const ffmpeg = { version: VERSION, demuxers: EVERYTHING, filters: EVERYTHING };
  const graphs = CHANNELS.flatMap((channel) => {
    const capture: Capture = { channel, format: DEFAULT_FORMAT, ffmpeg, platform, env: {} };
    return variantsOf(capture).flatMap((_way, variant) => {
      const { inputOptions, input, outputOptions } = captureArguments(capture, variant);
      const graph = outputOptions[outputOptions.indexOf('-filter_complex') + 1] ?? '';
      return inputOptions.includes('lavfi') ? [input, graph] : [graph];
    });
  });
  return new Set(graphs.flatMap(filtersIn));
}

/** `[0:v]crop=…,scale=…[pic];[pic]null[out]`: names stand at the start, after a link, a comma or a semicolon. */
function filtersIn(graph: string): readonly string[] {
  return graph
    .replaceAll(/\\./g, '')
    .replaceAll(/\[[^\]]*\]/g, ';')
    .split(/[,;]/)
    .map((filter) => filter.split('=')[0] ?? '')
    .filter((name) => name !== '');
}

describe.each(['win32', 'darwin'] as const)('the filters of a recording on %s', (platform) => {
  test('are found in its graphs', () => {
    expect([...asked(platform)]).toEqual(
      expect.arrayContaining(['aresample', 'astats', 'crop', 'signalstats']),
    );
  });

  test('are those that packaging asks of each ffmpeg that ships there', () => {
    const builds = Object.entries(FFMPEG_BUILDS.targets).filter(([name]) => name.startsWith(platform));
    for (const [name, build] of builds)
      if (build.ships === 'build')
        expect(
          [...asked(platform)].filter((filter) => !build.needs.filters.includes(filter)),
          name,
        ).toEqual([]);
  });
});

test.each(['linux', 'win32', 'darwin'] as const)(
  'doctor looks for every filter that %s asks for',
  (platform) => {
    const filters = asked(platform);
    const described = describeFfmpeg({
      ...{ path: 'ffmpeg', origin: 'PATH', sentence: '', passedOver: [] },
      ...{ version: VERSION, demuxers: new Set(), encoders: new Set(), filters },
    });
    expect(described.filters.toSorted()).toEqual([...filters].toSorted());
    expect(described.missingWatchdogs).toEqual([]);
  },
);
