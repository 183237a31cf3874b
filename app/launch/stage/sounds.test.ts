import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chords, programmeOf, sampleRateHz, samplesOf, speech, syllables, writeWav } from './sounds.ts';

const loudest = (samples: Int16Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

test('speech, its stand-in and music last some seconds and are loud, but not clipped', async () => {
  for (const samples of [await speech(), syllables(10), chords()]) {
    expect(samples.length / sampleRateHz).toBeGreaterThan(5);
    expect(loudest(samples)).toBeGreaterThan(4000);
    expect(loudest(samples)).toBeLessThan(32_767);
  }
});

test('a sound file is looped sample for sample', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sounds-'));
  const file = join(folder, 'chords.wav');
  await writeWav(file, chords());
  expect(await samplesOf(file)).toEqual(chords());
  expect(await programmeOf({ file }, 1000)).toEqual({ kind: 'loop', samples: chords() });
  await rm(folder, { recursive: true });
});
