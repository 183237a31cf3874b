import type { ChannelKind } from '../../contract/channel.ts';

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
 * their times: within 1.6 ms at 500 ppm, where `async=1` alone lets 100 ms build up.
 * `astats` is tapped off the same samples and printed on stderr ten times a second; `direct` because
 * ametadata otherwise keeps its lines until the end.
 */
export function recordedSound({ channels, bitrate, application }: SoundForm): string[] {
  return [
    '-filter_complex',
    '[0:a]aresample=async=1000:flags=res,asplit=2[out][lvl];' +
      '[lvl]asetnsamples=n=4800:p=0,' +
      'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,' +
      // Escaped once for the filter's options and once for the graph.
      'ametadata=mode=print:direct=1:file=pipe\\\\:2,anullsink',
    ...['-map', '[out]', '-ac', String(channels), '-c:a', 'libopus', '-b:a', bitrate],
    ...['-application', application, '-compression_level', '5'],
  ];
}
