import type { Channel } from '../../contract/channel.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { CaptureFormat } from './capture-format.ts';
import type { CaptureSource } from './ffmpeg-input.ts';
import type { FfmpegAbilities } from './ffmpeg-probe.ts';
import type { VideoEncoder } from './video-encoder.ts';

/** An ffmpeg, as far as a take needs to know it. */
export type CaptureFfmpeg = Pick<FfmpegAbilities, 'version' | 'demuxers' | 'filters'> & {
  readonly path: string;
  /** The encoder that was tried and works; software where it is not given. */
  readonly videoEncoder?: VideoEncoder;
};

/** What one take is to record, and with what. */
export type Capture = {
  readonly channel: Channel;
  readonly format: CaptureFormat;
  readonly ffmpeg: Omit<CaptureFfmpeg, 'path'>;
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
};

/** One way to open a device with this ffmpeg. */
export type CaptureWay = {
  /** The demuxer, filter or program that opens it. */
  readonly name: string;
  readonly inputOptions: readonly string[];
  readonly input: string;
  readonly source: CaptureSource;
  /** Whether samples are placed by when they arrived, which jitters, and not by the device's own time. */
  readonly byArrival?: true;
};

export const DEVICE: CaptureSource = { kind: 'device' };

/** 4:2:0 needs even sides. */
export function even(pixels: number): number {
  return Math.max(2, pixels - (pixels % 2));
}
