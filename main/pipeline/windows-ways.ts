import { parseDxgiAddress } from '../channels/dxgi-address.ts';
import type { Capture, CaptureWay } from './capture-way.ts';
import { DEVICE, even } from './capture-way.ts';

/**
 * DirectShow by alternative name. Its own stamps count from the graph's start (dshow.c), so arrival is taken; with
 * `aresample` behind it no step in them was left, where plain ffmpeg 7.1 gave 36 in 4 s under Wine.
 */
export function dshowSound({ channel }: Capture): CaptureWay[] {
  return [
    {
      name: 'dshow',
      inputOptions: [
        ...['-thread_queue_size', '1024', '-rtbufsize', '64M', '-use_wallclock_as_timestamps', '1'],
        ...['-f', 'dshow', '-audio_buffer_size', '50'],
      ],
      input: `audio=${escaped(channel.device)}`,
      source: DEVICE,
      byArrival: true,
    },
  ];
}

/** `:` divides audio from video in dshow's input; alternative names hold none. */
function escaped(device: string): string {
  return device.startsWith('@device') ? device : device.replaceAll(':', String.raw`\:`);
}

/**
 * Best first: desktop duplication (`ddagrab`, FFmpeg 6.0), Windows.Graphics.Capture (`gfxcapture`, 8.1), GDI. The first two
 * take a number or handle that the system gave for this very display; without one there is only the place.
 *
 * ddagrab gives its last picture again where nothing changes (`dup_frames`, on by default). gfxcapture gives none until
 * something does, and no filter behind it can repeat a picture before the next one has come: a desktop that somebody reads
 * would be taken for dead after 5 s. So it is only tried where duplication brings nothing or a black picture, and its next
 * take, which brings too little to be a fragment, is followed by GDI. On several graphics cards, where no display has a
 * number, GDI is the way.
 * Believed, not measured: all of it on Windows, and that a locked or protected screen fails instead of being black. The
 * spellings are those of FFmpeg 8.1's sources.
 */
export function windowsPicture({ channel, format, ffmpeg }: Capture): CaptureWay[] {
  const { output, hmonitor } = parseDxgiAddress(channel.address);
  const rate = format.framesPerSecond;
  const ways: CaptureWay[] = [];
  if (output !== undefined && ffmpeg.filters.has('ddagrab')) {
    ways.push(filtered('ddagrab', `output_idx=${output}:framerate=${rate}:draw_mouse=1`));
    if (hmonitor !== undefined && ffmpeg.filters.has('gfxcapture'))
      ways.push(
        filtered('gfxcapture', `hmonitor=${hmonitor}:max_framerate=${rate}:capture_cursor=1`, `fps=${rate}`),
      );
  }
  if (ffmpeg.demuxers.has('gdigrab') || ways.length === 0) ways.push(gdi({ channel, rate }));
  return ways;
}

/** A source that is a filter: its frames are on the graphics card and have to be fetched. */
function filtered(name: string, options: string, ...then: readonly string[]): CaptureWay {
  return {
    name,
    inputOptions: ['-use_wallclock_as_timestamps', '1', '-f', 'lavfi'],
    input: [`${name}=${options}`, 'hwdownload', 'format=bgra', ...then].join(','),
    source: DEVICE,
  };
}

function gdi({ channel, rate }: { channel: Capture['channel']; rate: number }): CaptureWay {
  const area = channel.area ?? { x: 0, y: 0, width: 2, height: 2 };
  return {
    name: 'gdigrab',
    inputOptions: [
      ...['-f', 'gdigrab', '-framerate', String(rate), '-draw_mouse', '1', '-thread_queue_size', '64'],
      ...['-offset_x', String(area.x), '-offset_y', String(area.y)],
      ...['-video_size', `${even(area.width)}x${even(area.height)}`],
    ],
    input: 'desktop',
    source: DEVICE,
  };
}
