import type { ChannelKind } from '../../contract/channel.ts';
import type { Capture, CaptureWay } from './capture-way.ts';
import { isAtLeast } from './ffmpeg-version.ts';

export type SoundForm = {
  readonly channels: 1 | 2;
  readonly bitrate: string;
  readonly application: 'voip' | 'audio';
};

/** How a kind of sound is recorded: a voice in mono, what the system plays in stereo. */
export function soundFormOf(kind: Exclude<ChannelKind, 'display'>): SoundForm {
  return kind === 'mic'
    ? { channels: 1, bitrate: '48k', application: 'voip' }
    : { channels: 2, bitrate: '96k', application: 'audio' };
}

/**
 * `aresample` follows a card's drift and fills gaps with silence, so that samples never run out of step with
 * their times: within 1.6 ms at 500 ppm, where `async=1` alone lets 100 ms build up. That is for stamps of the device's own time.
 * `astats` is tapped off the same samples and printed on stderr ten times a second; `direct` because
 * ametadata otherwise keeps its lines until the end.
 */
export function recordedSound(
  { channels, bitrate, application }: SoundForm,
  { byArrival }: Pick<CaptureWay, 'byArrival'>,
  { filters, version }: Capture['ffmpeg'],
): string[] {
  const canMeter = isAtLeast(version, 4, 4) && METER_FILTERS.every((name) => filters.has(name));
  const tap = canMeter ? `,asplit=2[out][lvl];${METER}` : '[out]';
  return [
    ...['-filter_complex', `[0:a]aresample=${byArrival === true ? UNEVEN : EVEN}:flags=res${tap}`],
    ...['-map', '[out]', '-ac', String(channels), '-c:a', 'libopus', '-b:a', bitrate],
    ...['-application', application, '-compression_level', '5'],
    // Opus in MP4 was called experimental before (libavformat/movenc.c).
    ...(isAtLeast(version, 4, 3) ? [] : ['-strict', '-2']),
  ];
}

const EVEN = 'async=1000';
/**
 * Arrival jitters by tens of milliseconds, and following it at once bends the pitch: 440 Hz came out as 438.5 under Wine on a busy
 * machine. Differences of less than 20 ms are left alone, and larger ones made up for at 0.1 %, twice what cards drift.
 */
const UNEVEN = 'async=48:min_comp=0.02:min_hard_comp=0.1';

/** A build without one of these records, and shows no level. */
export const METER_FILTERS = ['asplit', 'asetnsamples', 'astats', 'ametadata', 'anullsink'];

const METER =
  '[lvl]asetnsamples=n=4800:p=0,' +
  'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,' +
  // Escaped once for the filter's options and once for the graph.
  'ametadata=mode=print:direct=1:file=pipe\\\\:2,anullsink';
