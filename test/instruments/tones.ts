import { type Pcm, pcmOf } from './sound.ts';

const windowSeconds = 0.005;
const shortestSeconds = 0.02;
/** Of the sound's energy while the tone lasts, this much is the tone's: speech and noise stay below. */
const leastPurity = 0.4;
const leastAmplitude = 0.01;

/** When a tone of that frequency begins, in seconds on the file's own timeline. */
export async function toneOnsets(file: string, frequencyHz: number): Promise<number[]> {
  return onsetsIn(await pcmOf(file, 16_000), frequencyHz);
}

/**
 * The tone's envelope, from a 5 ms window centred on each sample, crosses half of its height where the tone
 * begins. Frequencies 200 Hz apart and their multiples do not disturb each other in such a window.
 */
export function onsetsIn(pcm: Pcm, frequencyHz: number): number[] {
  const { rateHz } = pcm;
  const { amplitude, power } = envelopes(pcm, frequencyHz);
  const shortest = shortestSeconds * rateHz;
  const onsets: number[] = [];
  let index = 0;
  while (index < amplitude.length) {
    if ((amplitude[index] ?? 0) < leastAmplitude) {
      index += 1;
      continue;
    }
    const start = index;
    while ((amplitude[index] ?? 0) >= leastAmplitude) index += 1;
    const height = middleOfTop(amplitude.subarray(start, index));
    const above = (at: number) => (amplitude[at] ?? 0) >= height / 2;
    let from = start;
    while (!above(from)) from += 1;
    let to = from;
    while (to < index && above(to)) to += 1;
    if (to - from < shortest || purity(amplitude, power, from, to) < leastPurity) continue;
    const [before, after] = [amplitude[from - 1] ?? 0, amplitude[from] ?? 0];
    const fraction = after > before ? (height / 2 - before) / (after - before) : 1;
    onsets.push((from - 1 + fraction) / rateHz);
  }
  return onsets;
}

function envelopes({ samples, rateHz }: Pcm, frequencyHz: number) {
  const half = Math.round((windowSeconds * rateHz) / 2);
  const amplitude = new Float32Array(samples.length);
  const power = new Float32Array(samples.length);
  let [real, imaginary, energy] = [0, 0, 0];
  const step = (2 * Math.PI * frequencyHz) / rateHz;
  const add = (at: number, sign: number) => {
    const sample = samples[at] ?? 0;
    real += sign * sample * Math.cos(step * at);
    imaginary += sign * sample * Math.sin(step * at);
    energy += sign * sample * sample;
  };
  for (let at = 0; at < samples.length + half; at += 1) {
    add(at, 1);
    add(at - 2 * half, -1);
    const centre = at - half;
    if (centre < 0) continue;
    amplitude[centre] = Math.hypot(real, imaginary) / half;
    power[centre] = Math.max(0, energy) / (2 * half);
  }
  return { amplitude, power };
}

/** The median of what is above half of the highest: one click does not lift it. */
function middleOfTop(values: Float32Array): number {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const top = values.filter((value) => value >= highest / 2).toSorted();
  return top[top.length >> 1] ?? 0;
}

function purity(amplitude: Float32Array, power: Float32Array, from: number, to: number): number {
  let [tone, all] = [0, 0];
  for (let at = from; at < to; at += 1) {
    tone += (amplitude[at] ?? 0) ** 2 / 2;
    all += power[at] ?? 0;
  }
  return all > 0 ? tone / all : 0;
}
