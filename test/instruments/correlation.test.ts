import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { chords, sampleRateHz, speech, writeWav } from '../../app/launch/stage/sounds.ts';
import { correlationLag } from './correlation.ts';
import { runToEnd } from './ffmpeg.ts';
import { emptyFolder } from './fixtures.ts';

let folder: string;
let spoken: string;

beforeAll(async () => {
  folder = await emptyFolder();
  spoken = join(folder, 'speech.wav');
  await writeWav(spoken, await speech());
});

async function codedPart(
  fromSeconds: number,
  forSeconds: number,
  output: readonly string[],
): Promise<string> {
  const file = join(folder, `part-${fromSeconds}-${output.length}.mkv`);
  const part = ['-ss', `${fromSeconds}`, '-t', `${forSeconds}`, '-i', spoken];
  await runToEnd('ffmpeg', ['-v', 'error', ...part, '-c:a', 'libopus', ...output, '-y', file]);
  return file;
}

test.each(['16k', '24k', '64k'])('an Opus copy at %sbit/s is recognised, and placed', async (bitrate) => {
  const { lagSeconds, score } = await correlationLag(spoken, await codedPart(5, 4, ['-b:a', bitrate]));
  expect(score).toBeGreaterThan(0.5);
  expect(Math.abs(lagSeconds + 5)).toBeLessThan(0.005);
});

test('a quieter copy in noise that starts later in its file is recognised', async () => {
  const noisy = ['-af', 'volume=0.2,aeval=val(0)+0.003*(random(0)-0.5)', '-output_ts_offset', '2'];
  const { lagSeconds, score } = await correlationLag(spoken, await codedPart(3, 5, noisy));
  expect(score).toBeGreaterThan(0.5);
  // 7 ms: the pre-skip, which ffmpeg 5.1 forgets for an Opus stream in Matroska that starts after 0.
  expect(Math.abs(lagSeconds + 1)).toBeLessThan(0.01);
});

test('other words of the same voice, music, noise and silence are not', async () => {
  const others = {
    words: await runToFile('words', [
      '-f',
      'lavfi',
      '-i',
      "flite=text='The weather is rather fine this morning, is it not, and the trains are on time':voice=slt",
    ]),
    noise: await runToFile('noise', ['-f', 'lavfi', '-i', 'anoisesrc=duration=5:seed=7']),
    silence: await runToFile('silence', ['-f', 'lavfi', '-i', 'anullsrc=duration=5']),
    music: join(folder, 'music.wav'),
  };
  await writeWav(others.music, chords());
  const scores: Record<string, number> = {};
  for (const [name, file] of Object.entries(others))
    scores[name] = (await correlationLag(file, spoken)).score;
  for (const score of Object.values(scores)) expect(score).toBeLessThan(0.2);
});

test('other parts of the same speech are not taken for each other', async () => {
  const { score } = await correlationLag(await codedPart(0, 4, []), await codedPart(9, 4, []));
  expect(score).toBeLessThan(0.2);
});

test('a sound at another rate is refused', async () => {
  const pcm = { samples: new Float32Array(sampleRateHz), rateHz: sampleRateHz };
  await expect(correlationLag(spoken, pcm)).rejects.toThrow(/48000 Hz/);
});

async function runToFile(name: string, input: readonly string[]): Promise<string> {
  const file = join(folder, `${name}.wav`);
  await runToEnd('ffmpeg', ['-v', 'error', ...input, '-y', file]);
  return file;
}
