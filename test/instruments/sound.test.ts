import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runToEnd } from './ffmpeg.ts';
import { emptyFolder } from './fixtures.ts';
import { pcmOf } from './sound.ts';

const sine = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=1.5'];

test('a stereo stream that starts late is mono, with silence before it', async () => {
  const file = join(await emptyFolder(), 'late.mkv');
  const output = ['-ac', '2', '-c:a', 'libopus', '-output_ts_offset', '0.75', '-y', file];
  await runToEnd('ffmpeg', ['-v', 'error', ...sine, ...output]);
  const { samples, rateHz } = await pcmOf(file, 8000);
  expect(rateHz).toBe(8000);
  expect(samples.length / rateHz).toBeCloseTo(2.25, 1);
  const loudest = (part: Float32Array) => Math.max(...part.map(Math.abs));
  expect(loudest(samples.subarray(0, 0.74 * rateHz))).toBe(0);
  expect(loudest(samples.subarray(0.8 * rateHz, 2.2 * rateHz))).toBeGreaterThan(0.05);
});

test('a file without sound is refused', async () => {
  const file = join(await emptyFolder(), 'mute.mkv');
  await runToEnd('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=duration=0.2', '-y', file]);
  await expect(pcmOf(file, 8000)).rejects.toThrow(/ffmpeg ended/);
});
