import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlayedSound } from '../../app/launch/stage/player.ts';
import { sampleRateHz, speech, writeWav } from '../../app/launch/stage/sounds.ts';
import { decodeClock } from '../instruments/clock.ts';
import { correlationLag } from '../instruments/correlation.ts';
import { readPattern } from '../instruments/pattern.ts';
import { pcmOf } from '../instruments/sound.ts';
import { artifacts, downloads, type Face, type House, openFace, openHouse } from './house.ts';
import { chooseModes, recordTo, sessionIdIn } from './person.ts';

/** Of the sentence: 0.6 s at 8 kHz. */
const PART = 4_800;
const PATTERN = 'c3a5699655aa0ff0';

/** Somebody says a sentence and shows a picture while the window records; both are found where they were. */
describe('what is said and shown in a recorded meeting', () => {
  let house: House;
  let face: Face;
  let files: ReadonlyMap<string, string>;
  let sentence: string;
  let played: PlayedSound;

  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    house = await openHouse({ picture: 'clock-barcode', microphone: 'silence', speakers: 'music' });
    sentence = join(house.folder, 'sentence.wav');
    await writeWav(sentence, (await speech()).subarray(0, 3 * sampleRateHz));
    face = await openFace(house);
    const { page } = face;
    await chooseModes(page, {
      'Default microphone': 'Keep',
      'System audio': 'Live only',
      'Display 1': 'Keep',
    });
    await page.getByRole('button', { name: /agree and start/i }).click();
    await recordTo(page, 3);
    played = await house.stage.playToMicrophone(sentence);
    await recordTo(page, 5);
    await page.screenshot({ path: join(artifacts, 'speaking.png') });
    await house.stage.setPicture({ pattern: PATTERN });
    await recordTo(page, 9);
    await page.getByRole('button', { name: /^stop/i }).click();
    await page.getByRole('heading', { name: 'Complete' }).waitFor();
    files = await downloads(house, await sessionIdIn(house));
  }, 120_000);
  afterAll(async () => {
    await face?.close();
    await house?.close();
  });

  test('[P12] the sentence is in the microphone file, at the moment it was said', async () => {
    const clock = (await decodeClock(files.get('display:1') ?? '')).map(
      (f) => f.paintedAtMs - f.ptsSeconds * 1000,
    );
    const zeroMs = clock.sort((a, b) => a - b)[Math.floor(clock.length / 2)] ?? Number.NaN;
    const said = await pcmOf(sentence, 8_000);
    const recorded = await pcmOf(files.get('mic:default') ?? '', 8_000);
    const parts = [0, 1, 2, 3, 4].map((part) => said.samples.subarray(part * PART, (part + 1) * PART));
    const heard = await Promise.all(
      parts.map((samples) => correlationLag({ samples, rateHz: 8_000 }, recorded)),
    );
    // Part by part: over all three seconds a tenth of a millisecond that the resampler moves is enough to blur it.
    const isThere = heard.filter(
      ({ score, lagSeconds }, part) =>
        score > 0.5 &&
        Math.abs(zeroMs + (lagSeconds - (part * PART) / 8_000) * 1_000 - played.startsAtMs) < 40,
    );
    expect(isThere.length, JSON.stringify(heard)).toBeGreaterThanOrEqual(4);
  });

  test('[P12] the display shows the known picture once it was shown', async () => {
    const file = files.get('display:1') ?? '';
    expect(await readPattern(file, 8)).toBe(PATTERN);
    expect(await readPattern(file, 2)).not.toBe(PATTERN);
  });

  test('[P14] the channel that was live only has no file', () => {
    expect([...files.keys()].sort()).toEqual(['display:1', 'mic:default']);
  });
});
