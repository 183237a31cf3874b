import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { captureArguments, variantsOf } from './arguments.ts';
import type { Capture } from './capture-way.ts';
import { DISPLAY, MIC, SYSTEM_AUDIO } from './test-capture.ts';

const METER_FILTERS = ['asplit', 'asetnsamples', 'astats', 'ametadata', 'anullsink'];
const LOOK_FILTERS = ['split', 'select', 'signalstats', 'metadata', 'nullsink'];
const MUXER =
  '-movflags empty_moov+default_base_moof+skip_trailer -frag_duration 800000 -flush_packets 1 -f mp4';
const LEVEL =
  'asplit=2[out][lvl];[lvl]asetnsamples=n=4800:p=0,' +
  'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,' +
  'ametadata=mode=print:direct=1:file=pipe\\\\:2,anullsink -map [out]';
const EVEN = '[0:v]crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,scale=flags=neighbor,format=yuv420p';
const LOOK =
  '[tap]select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.95),signalstats,' +
  'metadata=mode=print:key=lavfi.signalstats.YAVG:direct=1:file=pipe\\\\:2,' +
  'metadata=mode=print:key=lavfi.signalstats.YDIF:direct=1:file=pipe\\\\:2,nullsink';

type With = Partial<Pick<Capture, 'platform' | 'env'>> & {
  readonly has?: readonly string[];
  readonly version?: { major: number; minor: number };
  readonly videoEncoder?: Capture['ffmpeg']['videoEncoder'];
};

function capture(
  channel: Channel,
  { platform = 'linux', env = { DISPLAY: ':99' }, ...rest }: With = {},
): Capture {
  const { has = ['pulse', 'x11grab', ...LOOK_FILTERS, ...METER_FILTERS], version = { major: 5, minor: 1 } } =
    rest;
  return {
    channel,
    format: { framesPerSecond: 15, fragmentMs: 800 },
    ffmpeg: {
      version: { ...version, text: 'test' },
      demuxers: new Set(has),
      filters: new Set(has),
      ...(rest.videoEncoder === undefined ? {} : { videoEncoder: rest.videoEncoder }),
    },
    platform,
    env,
  };
}

function line(channel: Channel, given: With = {}, variant = 0): string {
  const { inputOptions, input, outputOptions } = captureArguments(capture(channel, given), variant);
  return [...inputOptions, '-i', input, ...outputOptions].join(' ');
}

describe('the arguments of ffmpeg on Linux', () => {
  test('for a microphone: mono Opus made for speech, its level off the same samples', () => {
    expect(line(MIC)).toBe(
      '-hide_banner -nostats -loglevel info -f pulse -fragment_size 9600 -thread_queue_size 512 ' +
        '-sample_rate 48000 -channels 1 -name Tallylight -i mic -filter_complex ' +
        `[0:a]aresample=async=1000:flags=res,${LEVEL} -ac 1 -c:a libopus -b:a 48k -application voip ` +
        `-compression_level 5 ${MUXER}`,
    );
  });

  test('for system audio: stereo at twice the rate', () => {
    expect(line(SYSTEM_AUDIO)).toContain('-channels 2 -name Tallylight -i speakers.monitor ');
    expect(line(SYSTEM_AUDIO)).toContain('-ac 2 -c:a libopus -b:a 96k -application audio ');
  });

  test('for a display: its own area of the display that the environment names, looked at once a second', () => {
    const right = { ...DISPLAY, area: { x: 1920, y: 30, width: 1367, height: 769 } };
    expect(line(right)).toBe(
      '-hide_banner -nostats -loglevel info -f x11grab -framerate 15 -draw_mouse 1 -thread_queue_size 64 ' +
        `-video_size 1366x768 -i :99+1920,30 -filter_complex ${EVEN},split=2[pic][tap];[pic]null[out];${LOOK} ` +
        '-map [out] -c:v libx264 -preset ultrafast -crf 25 -maxrate 32M -bufsize 64M -threads 1 ' +
        `-fps_mode passthrough -enc_time_base 1:1000 -g 150 -colorspace smpte170m ${MUXER}`,
    );
  });

  test('say -vsync to an ffmpeg that does not know -fps_mode', () => {
    expect(line(DISPLAY, { version: { major: 5, minor: 0 } })).toContain('-vsync passthrough');
    expect(line(DISPLAY, { version: { major: 7, minor: 1 } })).toContain('-fps_mode passthrough');
  });

  test('do without the look where this ffmpeg lacks a filter for it', () => {
    const bare = line(DISPLAY, { has: ['x11grab', 'split', 'select', 'metadata', 'nullsink'] });
    expect(bare).not.toContain('signalstats');
    expect(bare).toContain(`${EVEN}[pic];[pic]null[out] -map [out]`);
  });

  test('never make the wall clock of arrival the time of what carries a time, nor end by themselves', () => {
    for (const channel of [MIC, SYSTEM_AUDIO, DISPLAY]) expect(line(channel)).not.toMatch(/wallclock| -t /);
  });

  test('take sound from parec where ffmpeg was built without PulseAudio, or failed with it', () => {
    expect(variantsOf(capture(MIC))).toEqual(['pulse', 'parec']);
    expect(variantsOf(capture(MIC, { has: ['x11grab'] }))).toEqual(['parec']);
    const { source } = captureArguments(capture(SYSTEM_AUDIO), 1);
    expect(source).toMatchObject({ kind: 'program', program: 'parec' });
    expect(source).toMatchObject({ args: expect.arrayContaining(['speakers.monitor', '--channels=2']) });
    expect(line(SYSTEM_AUDIO, {}, 1)).toContain('-f s16le -ar 48000 -ac 2 -i pipe:0 ');
  });

  test('a source that is called loopback is a source', () => {
    expect(line({ ...SYSTEM_AUDIO, device: 'loopback' })).toContain('-f pulse ');
  });
});

describe('the arguments of ffmpeg on Windows', () => {
  const platform = 'win32' as const;
  const alternative = '@device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\wave_{8A7D}';

  test('for a microphone: by its alternative name as it is, or its name with the colons escaped', () => {
    expect(line({ ...MIC, device: alternative }, { platform })).toContain(
      '-thread_queue_size 1024 -rtbufsize 64M -use_wallclock_as_timestamps 1 -f dshow -audio_buffer_size 50 ' +
        `-i audio=${alternative} -filter_complex [0:a]aresample=async=48:min_comp=0.02:min_hard_comp=0.1:flags=res`,
    );
    expect(line({ ...MIC, device: 'USB: Mic' }, { platform })).toContain('-i audio=USB\\: Mic ');
  });

  test('for system audio: what the host brings', () => {
    const loopback = { ...SYSTEM_AUDIO, device: 'loopback' };
    expect(captureArguments(capture(loopback, { platform })).source) //
      .toEqual({ kind: 'pcm' });
    expect(line(loopback, { platform })).toContain('-f wav -ignore_length 1 -i pipe:0 ');
  });

  const left = {
    ...DISPLAY,
    area: { x: -1920, y: 0, width: 1919, height: 1080 },
    address: 'output=1,hmonitor=65537',
  };
  const all = ['gfxcapture', 'ddagrab', 'gdigrab', ...LOOK_FILTERS];

  test.each([
    [
      'all there are, first the one that repeats a still picture',
      all,
      left.address,
      ['ddagrab', 'gfxcapture', 'gdigrab'],
    ],
    ['what this ffmpeg has', ['ddagrab', 'gdigrab'], left.address, ['ddagrab', 'gdigrab']],
    ['only its place without an address', all, undefined, ['gdigrab']],
    ['its place where its number is not known', all, 'hmonitor=65537', ['gdigrab']],
    ['its place where nothing repeats a still picture', ['gfxcapture', 'gdigrab'], left.address, ['gdigrab']],
    ['its place where nothing is known of this ffmpeg', [], undefined, ['gdigrab']],
  ])('a display is opened by %s', (_what, has, address, ways) => {
    const { address: _, ...bare } = left;
    const channel = address === undefined ? bare : { ...bare, address };
    expect(variantsOf(capture(channel, { platform, has }))).toEqual(ways);
  });

  test.each([
    [
      'gfxcapture',
      '-use_wallclock_as_timestamps 1 -f lavfi -i gfxcapture=hmonitor=65537:max_framerate=15:capture_cursor=1,' +
        'hwdownload,format=bgra,fps=15 ',
    ],
    [
      'ddagrab',
      '-use_wallclock_as_timestamps 1 -f lavfi -i ddagrab=output_idx=1:framerate=15:draw_mouse=1,' +
        'hwdownload,format=bgra ',
    ],
    [
      'gdigrab',
      '-f gdigrab -framerate 15 -draw_mouse 1 -thread_queue_size 64 -offset_x -1920 -offset_y 0 ' +
        '-video_size 1918x1080 -i desktop ',
    ],
  ])('%s is asked for this display and no other', (_name, expected) => {
    const ways = variantsOf(capture(left, { platform, has: all }));
    expect(line(left, { platform, has: all }, ways.indexOf(_name))).toContain(expected);
  });

  test('a hardware encoder gets the form it takes, the look what it needs', () => {
    expect(line(left, { platform, has: all, videoEncoder: 'h264_qsv' })).toContain(
      `${EVEN},split=2[pic][tap];[pic]format=nv12[out];${LOOK} -map [out] -c:v h264_qsv `,
    );
  });
});

describe('the arguments of ffmpeg on macOS', () => {
  const platform = 'darwin' as const;

  test('for a microphone and a display: the index that was looked up just now', () => {
    expect(line({ ...MIC, device: 'BuiltIn', address: '1' }, { platform })).toContain(
      '-thread_queue_size 1024 -use_wallclock_as_timestamps 1 -f avfoundation -i :1 ',
    );
    expect(line({ ...DISPLAY, device: 'built-in', address: '2' }, { platform })).toContain(
      '-f avfoundation -framerate 15 -capture_cursor 1 -pixel_format nv12 -i 2:none ',
    );
  });

  test('without an index nothing is opened', () => {
    expect(line({ ...MIC, device: '3 Mics' }, { platform })).toContain('-i :none ');
  });
});
