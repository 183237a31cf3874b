import type { Capture, CaptureWay } from './capture-way.ts';
import { DEVICE } from './capture-way.ts';

/**
 * AVFoundation (avfoundation.m). A name is matched by its beginning and may be read as a number, so the index of
 * a list taken just before is used; the take makes sure afterwards that it was still the same device. Its stamps
 * are of the host's own clock: arrival is taken. One buffer waits at most, hence the large queue.
 * Believed, not measured: all of it, on a Mac.
 */
export function macosSound({ channel }: Capture): CaptureWay[] {
  return [
    {
      name: 'avfoundation',
      inputOptions: [
        ...['-thread_queue_size', '1024', '-use_wallclock_as_timestamps', '1'],
        ...['-f', 'avfoundation'],
      ],
      input: `:${channel.address ?? 'none'}`,
      source: DEVICE,
      byArrival: true,
    },
  ];
}

/** The native size, whatever is asked for; nv12 is what the screen input gives without a conversion. */
export function macosPicture({ channel, format }: Capture): CaptureWay[] {
  return [
    {
      name: 'avfoundation',
      inputOptions: [
        ...['-thread_queue_size', '64', '-use_wallclock_as_timestamps', '1', '-f', 'avfoundation'],
        ...['-framerate', String(format.framesPerSecond), '-capture_cursor', '1', '-pixel_format', 'nv12'],
      ],
      input: `${channel.address ?? 'none'}:none`,
      source: DEVICE,
    },
  ];
}
