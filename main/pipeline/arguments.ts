import { assertNever } from '../../contract/result.ts';
import { LOOPBACK } from '../channels/system-audio.ts';
import type { Capture, CaptureWay } from './capture-way.ts';
import { linuxSound, x11Picture } from './linux-ways.ts';
import { macosPicture, macosSound } from './macos-ways.ts';
import { recordedPicture } from './recorded-picture.ts';
import { recordedSound, soundFormOf } from './recorded-sound.ts';
import { dshowSound, windowsPicture } from './windows-ways.ts';

export type CaptureArguments = Pick<CaptureWay, 'inputOptions' | 'input' | 'source'> & {
  readonly outputOptions: readonly string[];
};

/**
 * ffmpeg's arguments for one take: device in, fragmented MP4 out on stdout. `variant` says which of `variantsOf` is
 * taken, from 0, the best; beyond the last it begins again.
 */
export function captureArguments(capture: Capture, variant = 0): CaptureArguments {
  const { kind } = capture.channel;
  const ways = waysOf(capture);
  const way = ways[variant % ways.length];
  if (way === undefined) throw new Error(`there is no way to capture ${capture.channel.id}`);
  return {
    // `-f` is an input option here; see ffmpeg-command.ts for what fluent-ffmpeg makes of it.
    inputOptions: ['-hide_banner', '-nostats', '-loglevel', 'info', ...way.inputOptions],
    input: way.input,
    source: way.source,
    outputOptions: [
      ...(kind === 'display'
        ? recordedPicture(capture)
        : recordedSound(soundFormOf(kind), way, capture.ffmpeg)),
      ...fragmented(capture.format.fragmentMs),
    ],
  };
}

/** What opens this channel here, the best first: a take that brings nothing may be followed by one of the next. */
export function variantsOf(capture: Capture): readonly string[] {
  return waysOf(capture).map(({ name }) => name);
}

function waysOf(capture: Capture): readonly CaptureWay[] {
  const { kind, device } = capture.channel;
  if (capture.platform !== 'linux' && device === LOOPBACK) return [BROUGHT];
  switch (kind) {
    case 'mic':
    case 'system_audio':
      return soundWays(capture, soundFormOf(kind).channels);
    case 'display':
      return pictureWays(capture);
    default:
      return assertNever(kind);
  }
}

function soundWays(capture: Capture, channels: 1 | 2): readonly CaptureWay[] {
  if (capture.platform === 'win32') return dshowSound(capture);
  return capture.platform === 'darwin' ? macosSound(capture) : linuxSound(capture, channels);
}

function pictureWays(capture: Capture): readonly CaptureWay[] {
  if (capture.platform === 'win32') return windowsPicture(capture);
  return capture.platform === 'darwin' ? macosPicture(capture) : x11Picture(capture);
}

/** Samples that the host brings itself: pcm-feed.ts lays them in order and without gaps. */
const BROUGHT: CaptureWay = {
  name: 'host',
  // The header says it all: nothing is waited for to make sure of it. `nobuffer` would throw away what was read for that, half
  // a second at the beginning with 5.1.9.
  inputOptions: [
    ...['-thread_queue_size', '512', '-probesize', '32', '-analyzeduration', '0'],
    ...['-f', 'wav', '-ignore_length', '1'],
  ],
  input: 'pipe:0',
  source: { kind: 'pcm' },
};

/** Fragments by duration, each flushed to the pipe when it is whole; no index at the end. */
function fragmented(fragmentMs: number): string[] {
  return [
    ...['-movflags', 'empty_moov+default_base_moof+skip_trailer'],
    ...['-frag_duration', String(fragmentMs * 1_000), '-flush_packets', '1', '-f', 'mp4'],
  ];
}
