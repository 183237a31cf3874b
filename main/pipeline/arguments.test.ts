import { describe, expect, test } from 'vitest';
import { captureArguments } from './arguments.ts';
import { DISPLAY, MIC, SYSTEM_AUDIO } from './test-capture.ts';

const format = { framesPerSecond: 15, fragmentMs: 800 };
const version = { major: 5, minor: 1 };
const env = { DISPLAY: ':99' };
const line = (channel = MIC, at = version) => {
  const { inputOptions, input, outputOptions } = captureArguments({ channel, format, version: at, env });
  return [...inputOptions, '-i', input, ...outputOptions].join(' ');
};
const MUXER =
  '-movflags empty_moov+default_base_moof+skip_trailer -frag_duration 800000 -flush_packets 1 -f mp4';

describe('the arguments of ffmpeg', () => {
  test('for a microphone: mono Opus made for speech, its level off the same samples', () => {
    expect(line()).toBe(
      '-hide_banner -nostats -loglevel info -f pulse -fragment_size 9600 -thread_queue_size 512 ' +
        '-sample_rate 48000 -channels 1 -name Tallylight -i mic -filter_complex ' +
        '[0:a]aresample=async=1000:flags=res,asplit=2[out][lvl];[lvl]asetnsamples=n=4800:p=0,' +
        'astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,' +
        'ametadata=mode=print:direct=1:file=pipe\\\\:2,anullsink ' +
        `-map [out] -c:a libopus -b:a 48k -application voip -compression_level 5 ${MUXER}`,
    );
  });

  test('for system audio: stereo at twice the rate', () => {
    expect(line(SYSTEM_AUDIO)).toContain('-channels 2 -name Tallylight -i speakers.monitor ');
    expect(line(SYSTEM_AUDIO)).toContain('-b:a 96k -application audio ');
  });

  test('for a display: its own area of the display that the environment names', () => {
    const right = { ...DISPLAY, area: { x: 1920, y: 30, width: 1367, height: 769 } };
    expect(line(right)).toBe(
      '-hide_banner -nostats -loglevel info -f x11grab -framerate 15 -draw_mouse 1 -thread_queue_size 64 ' +
        '-video_size 1366x768 -i :99+1920,30 -map 0:v -sws_flags neighbor -pix_fmt yuv420p -c:v libx264 ' +
        '-preset ultrafast -crf 25 -threads 1 -fps_mode passthrough -enc_time_base 1:1000 -g 150 -colorspace smpte170m ' +
        MUXER,
    );
  });

  test('say -vsync to an ffmpeg that does not know -fps_mode', () => {
    expect(line(DISPLAY, { major: 5, minor: 0 })).toContain('-vsync passthrough');
    expect(line(DISPLAY, { major: 7, minor: 1 })).toContain('-fps_mode passthrough');
  });

  test('never make the wall clock of arrival the time of a sound, nor end by themselves', () => {
    for (const channel of [MIC, SYSTEM_AUDIO, DISPLAY]) expect(line(channel)).not.toMatch(/wallclock| -t /);
  });
});
