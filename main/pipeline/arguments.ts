import type { Channel } from '../../contract/channel.ts';
import { assertNever } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { isAtLeast } from './ffmpeg-version.ts';

/** What a person or a policy may tune about the recorded form. */
export type CaptureFormat = {
  readonly framesPerSecond: number;
  /** Length of a fragment; a display's is a little longer where no frame falls on its end. */
  readonly fragmentMs: number;
};

/** 800 ms, so that the lamp, which waits for the first fragment, is on within a second of the first sample. */
export const DEFAULT_FORMAT: CaptureFormat = { framesPerSecond: 15, fragmentMs: 800 };

export type CaptureArguments = {
  readonly inputOptions: readonly string[];
  readonly input: string;
  readonly outputOptions: readonly string[];
};

type Capture = {
  readonly channel: Channel;
  readonly format: CaptureFormat;
  readonly version: { readonly major: number; readonly minor: number };
  readonly env: ProcessEnv;
};

/** ffmpeg's arguments for one take of a channel on Linux: device in, fragmented MP4 out on stdout. */
export function captureArguments(capture: Capture): CaptureArguments {
  const { inputOptions, input, outputOptions } = deviceArguments(capture);
  return {
    // `-f` is an input option here; see ffmpeg-command.ts for what fluent-ffmpeg makes of it.
    inputOptions: ['-hide_banner', '-nostats', '-loglevel', 'info', ...inputOptions],
    input,
    outputOptions: [...outputOptions, ...fragmented(capture.format.fragmentMs)],
  };
}

function deviceArguments(capture: Capture): CaptureArguments {
  switch (capture.channel.kind) {
    case 'mic':
      return pulse(capture.channel.device, { channels: 1, bitrate: '48k', application: 'voip' });
    case 'system_audio':
      return pulse(capture.channel.device, { channels: 2, bitrate: '96k', application: 'audio' });
    case 'display':
      return x11(capture);
    default:
      return assertNever(capture.channel.kind);
  }
}

type Sound = { readonly channels: 1 | 2; readonly bitrate: string; readonly application: 'voip' | 'audio' };

/**
 * No `-use_wallclock_as_timestamps`: it overrides the stamp that is corrected by the stream's latency and is
 * 45-50 ms late. `aresample` follows a card's drift and fills gaps with silence, so that samples never run
 * out of step with their times: within 1.6 ms at 500 ppm, where `async=1` alone lets 100 ms build up.
 * `astats` is tapped off the same samples and printed on stderr ten times a second; `direct` because
 * ametadata otherwise keeps its lines until the end.
 */
function pulse(source: string, { channels, bitrate, application }: Sound): CaptureArguments {
  return {
    inputOptions: [
      ...['-f', 'pulse', '-fragment_size', '9600', '-thread_queue_size', '512'],
      ...['-sample_rate', '48000', '-channels', String(channels), '-name', 'Tallylight'],
    ],
    input: source,
    outputOptions: [
      '-filter_complex',
      '[0:a]aresample=async=1000:flags=res,asplit=2[out][lvl];' +
        '[lvl]asetnsamples=n=4800:p=0,' +
        'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,' +
        // Escaped once for the filter's options and once for the graph.
        'ametadata=mode=print:direct=1:file=pipe\\\\:2,anullsink',
      ...['-map', '[out]', '-c:a', 'libopus', '-b:a', bitrate],
      ...['-application', application, '-compression_level', '5'],
    ],
  };
}

/**
 * `neighbor` and ultrafast keep a 1080p30 display within half a core; `passthrough` with a millisecond time
 * base keeps the grabber's own times; yuv420p because many decoders refuse what ffmpeg would choose itself. The
 * colours are named because the scaler converts by BT.601 and browsers take an unnamed HD picture for BT.709.
 */
function x11({ channel, format, version, env }: Capture): CaptureArguments {
  const area = channel.area ?? { x: 0, y: 0, width: 2, height: 2 };
  const passthrough = isAtLeast(version, 5, 1) ? '-fps_mode' : '-vsync';
  return {
    inputOptions: [
      ...['-f', 'x11grab', '-framerate', String(format.framesPerSecond), '-draw_mouse', '1'],
      ...['-thread_queue_size', '64', '-video_size', `${even(area.width)}x${even(area.height)}`],
    ],
    input: `${env.DISPLAY ?? ':0'}+${area.x},${area.y}`,
    outputOptions: [
      ...['-map', '0:v', '-sws_flags', 'neighbor', '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '25', '-threads', '1'],
      ...[passthrough, 'passthrough', '-enc_time_base', '1:1000'],
      ...['-g', String(format.framesPerSecond * 10), '-colorspace', 'smpte170m'],
    ],
  };
}

/** Fragments by duration, each flushed to the pipe when it is whole; no index at the end. */
function fragmented(fragmentMs: number): string[] {
  return [
    ...['-movflags', 'empty_moov+default_base_moof+skip_trailer'],
    ...['-frag_duration', String(fragmentMs * 1_000), '-flush_packets', '1', '-f', 'mp4'],
  ];
}

/** 4:2:0 needs even sides. */
function even(pixels: number): number {
  return Math.max(2, pixels - (pixels % 2));
}
