import type { Capture } from './capture-way.ts';
import { isAtLeast } from './ffmpeg-version.ts';
import { encoderFilters, encoderOptions, SOFTWARE_ENCODER } from './video-encoder.ts';

/**
 * `neighbor` and ultrafast keep a 1080p30 display within half a core; `passthrough` with a millisecond time
 * base keeps the grabber's own times; yuv420p because many decoders refuse what ffmpeg would choose itself. The
 * colours are named because the scaler converts by BT.601 and browsers take an unnamed HD picture for BT.709.
 * A native size may be odd, and 4:2:0 is even.
 */
export function recordedPicture({ format, ffmpeg }: Capture): string[] {
  const passthrough = isAtLeast(ffmpeg.version, 5, 1) ? '-fps_mode' : '-vsync';
  const encoder = ffmpeg.videoEncoder ?? SOFTWARE_ENCODER;
  const looks = isAtLeast(ffmpeg.version, 4, 4) && canLook(ffmpeg.filters);
  const last = encoderFilters(encoder);
  const graph = [
    `[0:v]crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,scale=flags=neighbor,format=yuv420p${looks ? ',split=2[pic][tap]' : '[pic]'}`,
    `[pic]${last === '' ? 'null' : last}[out]`,
    ...(looks ? [LOOK] : []),
  ];
  return [
    '-filter_complex',
    graph.join(';'),
    ...['-map', '[out]', ...encoderOptions(encoder, format)],
    ...[passthrough, 'passthrough', '-enc_time_base', '1:1000'],
    ...['-g', String(format.framesPerSecond * 10), '-colorspace', 'smpte170m'],
  ];
}

/** A build without one of these records, and knows nothing of a black or frozen picture. */
export const LOOK_FILTERS = ['split', 'select', 'signalstats', 'metadata', 'nullsink'];

/** Whether a take tells what its picture shows. */
export function canLook(filters: ReadonlySet<string>): boolean {
  return LOOK_FILTERS.every((name) => filters.has(name));
}

const print = (key: string) => `metadata=mode=print:key=lavfi.signalstats.${key}:direct=1:file=pipe\\\\:2`;

/**
 * One frame a second is looked at in its full size: how bright it is on the average (YAVG) and how much it differs
 * on the average from the one before (YDIF), which is 0 only where not one pixel does. Costs 8-12 % of what
 * recording a still 1080p display does, less where something moves; measured with 5.1.9.
 */
const LOOK =
  // Escaped for the graph.
  '[tap]select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.95),' +
  `signalstats,${print('YAVG')},${print('YDIF')},nullsink`;
