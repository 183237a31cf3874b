import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleRateHz, writeWav } from '../../app/launch/stage/sounds.ts';
import { openStage, type Stage } from '../../app/launch/stage/stage.ts';

/** What the microphone of the lab hears for as long as it is open, and its highest sample of 32768. */
export const tone = { frequencyHz: 440, peak: 12_000 } as const;

/** What its screen shows at the top left, on grey. */
export const shownPattern = 'a5c3f00f9669e187';

export const screen = { width: 1280, height: 720 } as const;

/** As Windows calls the stage's microphone: PulseAudio's description of it. */
export const microphoneName = 'Stage microphone';

/**
 * The display and sound of the lab. They run outside its namespaces: an X server removes the locks of servers whose
 * process ids it does not see.
 */
export async function openScene(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-tone-'));
  try {
    const file = join(folder, 'tone.wav');
    await writeWav(file, sine());
    const picture = { pattern: shownPattern };
    return await openStage({ screen, picture, microphone: { file }, speakers: 'silence' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A second of the tone: a whole number of periods, so that it can be played over and over. */
function sine(): Int16Array {
  const step = (2 * Math.PI * tone.frequencyHz) / sampleRateHz;
  return Int16Array.from({ length: sampleRateHz }, (_, index) => tone.peak * Math.sin(step * index));
}
