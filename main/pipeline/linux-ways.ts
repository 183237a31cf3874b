import type { Capture, CaptureWay } from './capture-way.ts';
import { DEVICE, even } from './capture-way.ts';

/**
 * PulseAudio, and PipeWire behind its protocol, by ffmpeg itself; where this ffmpeg was built without it, as static
 * builds are, by the sound server's own recorder.
 * No `-use_wallclock_as_timestamps` for `pulse`: it overrides the stamp that is corrected by the stream's latency
 * and is 45-50 ms late. Of parec nothing but the arrival is known: its sound lies up to `--latency-msec` late.
 */
export function linuxSound({ channel, ffmpeg }: Capture, channels: 1 | 2): CaptureWay[] {
  const pulse: CaptureWay = {
    name: 'pulse',
    inputOptions: [
      ...['-f', 'pulse', '-fragment_size', '9600', '-thread_queue_size', '512'],
      ...['-sample_rate', '48000', '-channels', String(channels), '-name', 'Tallylight'],
    ],
    input: channel.device,
    source: DEVICE,
  };
  const parec: CaptureWay = {
    name: 'parec',
    inputOptions: [
      ...['-use_wallclock_as_timestamps', '1', '-thread_queue_size', '512'],
      ...['-f', 's16le', '-ar', '48000', '-ac', String(channels)],
    ],
    input: 'pipe:0',
    byArrival: true,
    source: {
      kind: 'program',
      program: 'parec',
      args: [
        ...['--device', channel.device, '--format=s16le', '--rate=48000', `--channels=${channels}`],
        ...['--raw', '--latency-msec=30', '--client-name=Tallylight'],
      ],
    },
  };
  return ffmpeg.demuxers.has('pulse') ? [pulse, parec] : [parec];
}

/** The rectangle of the X screen where the output lies. */
export function x11Picture({ channel, format, env }: Capture): CaptureWay[] {
  const area = channel.area ?? { x: 0, y: 0, width: 2, height: 2 };
  return [
    {
      name: 'x11grab',
      inputOptions: [
        ...['-f', 'x11grab', '-framerate', String(format.framesPerSecond), '-draw_mouse', '1'],
        ...['-thread_queue_size', '64', '-video_size', `${even(area.width)}x${even(area.height)}`],
      ],
      input: `${env.DISPLAY ?? ':0'}+${area.x},${area.y}`,
      source: DEVICE,
    },
  ];
}
