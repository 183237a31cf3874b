import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleRateHz, speech, writeWav } from '../../app/launch/stage/sounds.ts';
import { runToEnd } from './ffmpeg.ts';
import { emptyFolder } from './fixtures.ts';
import { onsetsIn, toneOnsets } from './tones.ts';

const truth = [0.3137, 1.4011, 2.7503];
const opus = ['-c:a', 'libopus', '-b:a', '48k'];

/** 60 ms tones at those seconds, over the sound given. */
function tonesOver(bed: Int16Array, frequencyHz: number): Int16Array {
  const samples = bed.slice();
  for (const seconds of truth) {
    const start = Math.round(seconds * sampleRateHz);
    for (let at = 0; at < 0.06 * sampleRateHz; at += 1) {
      const tone = 12_000 * Math.sin((2 * Math.PI * frequencyHz * at) / sampleRateHz);
      samples[start + at] = (samples[start + at] ?? 0) + tone;
    }
  }
  return samples;
}

async function recordingOf(
  samples: Int16Array,
  output: readonly string[],
  container = 'mkv',
): Promise<string> {
  const folder = await emptyFolder();
  await writeWav(join(folder, 'tones.wav'), samples);
  const file = join(folder, `tones.${container}`);
  await runToEnd('ffmpeg', ['-v', 'error', '-i', join(folder, 'tones.wav'), ...output, '-y', file]);
  return file;
}

function expectAt(onsets: readonly number[], expected: readonly number[]): void {
  expect(onsets).toHaveLength(expected.length);
  for (const [index, onset] of onsets.entries())
    expect(Math.abs(onset - (expected[index] ?? 0))).toBeLessThan(0.002);
}

const silence = new Int16Array(4 * sampleRateHz);

test('onsets of coded tones are found within 2 ms', async () => {
  expectAt(await toneOnsets(await recordingOf(tonesOver(silence, 1000), opus), 1000), truth);
  // In MP4 an edit list takes AAC's 21 ms of priming away; Matroska as ffmpeg writes it keeps them.
  const aac = ['-c:a', 'aac', '-b:a', '96k'];
  expectAt(await toneOnsets(await recordingOf(tonesOver(silence, 2000), aac, 'mp4'), 2000), truth);
});

test('a stream that starts late, or has a gap in its time stamps, keeps its onsets in place', async () => {
  const samples = tonesOver(silence, 1000);
  // Not Opus: ffmpeg 5.1 writes an Opus stream that starts after 0 in Matroska 7 ms, its pre-skip, too early.
  const late = await recordingOf(samples, ['-c:a', 'flac', '-output_ts_offset', '1.5']);
  expectAt(
    await toneOnsets(late, 1000),
    truth.map((seconds) => seconds + 1.5),
  );
  const gap = ['-af', "aselect='not(between(t,1.7,2.3))'", '-c:a', 'pcm_s16le'];
  expectAt(await toneOnsets(await recordingOf(samples, gap), 1000), truth);
});

test('only tones of the frequency asked for count', async () => {
  const file = await recordingOf(tonesOver(silence, 2000), opus);
  expect(await toneOnsets(file, 1000)).toEqual([]);
});

test('speech, noise and silence have no tones', async () => {
  const noise = silence.map(() => (Math.random() - 0.5) * 20_000);
  for (const sound of [await speech(), noise, silence]) {
    expect(await toneOnsets(await recordingOf(sound, opus), 1000)).toEqual([]);
  }
});

test('tones are found over quiet noise', async () => {
  const noise = silence.map(() => (Math.random() - 0.5) * 1000);
  expectAt(await toneOnsets(await recordingOf(tonesOver(noise, 1000), opus), 1000), truth);
});

test('a faint echo just before a tone, as coders leave it, is not a tone of its own', () => {
  const rateHz = 16_000;
  const level = (ms: number) => (ms >= 500 && ms < 560 ? 0.5 : ms >= 486 && ms < 489 ? 0.03 : 0);
  const samples = new Float32Array(rateHz).map(
    (_, index) => level((index * 1000) / rateHz) * Math.sin((2 * Math.PI * 1000 * index) / rateHz),
  );
  const onsets = onsetsIn({ samples, rateHz }, 1000);
  expect(onsets).toHaveLength(1);
  expect(onsets[0]).toBeCloseTo(0.5, 3);
});
