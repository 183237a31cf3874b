import { assertNever } from '../../contract/result.ts';
import type { CaptureFormat } from './capture-format.ts';

/** H.264 encoders this knows how to ask, by ffmpeg's names. */
export const VIDEO_ENCODERS = [
  'libx264',
  'h264_videotoolbox',
  'h264_nvenc',
  'h264_qsv',
  'h264_amf',
  'h264_mf',
  'h264_vaapi',
] as const;
export type VideoEncoder = (typeof VIDEO_ENCODERS)[number];

export const SOFTWARE_ENCODER: VideoEncoder = 'libx264';

/**
 * What to try, best first. On Linux nothing: x264 at ultrafast costs little, and what VA-API makes of text differs
 * from driver to driver; TALLYLIGHT_ENCODER=auto tries it all the same.
 */
export const HARDWARE: Partial<Record<NodeJS.Platform, readonly VideoEncoder[]>> = {
  darwin: ['h264_videotoolbox'],
  win32: ['h264_nvenc', 'h264_qsv', 'h264_amf', 'h264_mf'],
  linux: ['h264_nvenc', 'h264_vaapi'],
};

/** Filters between a yuv420p picture and the encoder; empty where it takes that as it is. */
export function encoderFilters(encoder: VideoEncoder): string {
  switch (encoder) {
    case 'libx264':
      return '';
    case 'h264_vaapi':
      return 'format=nv12,hwupload';
    case 'h264_videotoolbox':
    case 'h264_nvenc':
    case 'h264_qsv':
    case 'h264_amf':
    case 'h264_mf':
      return 'format=nv12';
    default:
      return assertNever(encoder);
  }
}

/**
 * Far above what a display needs, and at most 8.4 MB in the 0.6 s of a fragment: noise in 4K makes 94 MB of them without it.
 * The first picture of a page of small text in 4K is the same with it; at a quarter of it, it is blurred.
 */
const X264_BOUND = ['-maxrate', '32M', '-bufsize', '64M'];

/**
 * Constant quality near x264's crf 25 where the encoder has it, no picture that waits for a later one, and a bound on
 * the rate so that a fragment stays below its largest size. mf and vaapi have none beside constant quality: there a fragment
 * that is too large ends its take.
 * Believed, not measured, for all but libx264: the options are those of FFmpeg 6 and 7's `-h encoder=…`, and an encoder that
 * refuses them fails its trial.
 */
export function encoderOptions(encoder: VideoEncoder, { framesPerSecond }: CaptureFormat): string[] {
  const most = `${framesPerSecond > 15 ? 16 : 8}M`;
  const bounded = ['-maxrate', most, '-bufsize', most, '-bf', '0'];
  switch (encoder) {
    case 'libx264':
      return ['-c:v', encoder, '-preset', 'ultrafast', '-crf', '25', ...X264_BOUND, '-threads', '1'];
    case 'h264_videotoolbox':
      return ['-c:v', encoder, '-realtime', '1', '-b:v', '4M', ...bounded];
    case 'h264_nvenc':
      return ['-c:v', encoder, '-preset', 'p4', '-tune', 'll', '-rc', 'vbr', '-cq', '28', ...bounded];
    case 'h264_qsv':
      return ['-c:v', encoder, '-preset', 'veryfast', '-global_quality', '26', ...bounded];
    case 'h264_amf':
      return ['-c:v', encoder, '-usage', 'lowlatency', '-rc', 'vbr_peak', '-b:v', '4M', ...bounded];
    case 'h264_mf':
      return ['-c:v', encoder, '-hw_encoding', '1', '-rate_control', 'quality', '-quality', '60', '-bf', '0'];
    case 'h264_vaapi':
      return ['-vaapi_device', '/dev/dri/renderD128', '-c:v', encoder, '-qp', '25', '-bf', '0'];
    default:
      return assertNever(encoder);
  }
}
