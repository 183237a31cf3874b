import { transform } from './fourier.ts';
import { type Pcm, pcmOf } from './sound.ts';

export type Correlation = {
  /** What is heard at time t of the first is heard at time t + lagSeconds of the second. */
  readonly lagSeconds: number;
  /** 1 for the same sound, whatever its loudness; near 0 for another one. */
  readonly score: number;
};

const rateHz = 8000;

/** Whether, and where, the sound of one file is heard in another. Give sounds already read at any rate of 8 kHz. */
export async function correlationLag(first: string | Pcm, second: string | Pcm): Promise<Correlation> {
  return correlate(await heard(first), await heard(second));
}

async function heard(sound: string | Pcm): Promise<Float32Array> {
  const pcm = typeof sound === 'string' ? await pcmOf(sound, rateHz) : sound;
  if (pcm.rateHz !== rateHz)
    throw new Error(`A sound of ${pcm.rateHz} Hz cannot be compared at ${rateHz} Hz`);
  return flattened(pcm.samples);
}

/** Speech has most of its energy at its pitch, where any two voices resemble each other: lift what is above. */
function flattened(samples: Float32Array): Float32Array {
  return samples.map((sample, index) => sample - 0.95 * (samples[index - 1] ?? 0));
}

/**
 * Normalised over what overlaps at each lag; overlaps of less than half the shorter sound are left out, because
 * short stretches resemble each other by chance.
 */
function correlate(first: Float32Array, second: Float32Array): Correlation {
  const size = 2 ** Math.ceil(Math.log2(first.length + second.length + 1));
  const products = crossProducts(first, second, size);
  const [firstEnergy, secondEnergy] = [energyUpTo(first), energyUpTo(second)];
  const total = Math.sqrt((firstEnergy[first.length] ?? 0) * (secondEnergy[second.length] ?? 0));
  const leastOverlap = Math.min(first.length, second.length) / 2;
  let best: Correlation = { lagSeconds: 0, score: 0 };
  for (let lag = -first.length + 1; lag < second.length; lag += 1) {
    const [from, to] = [Math.max(0, -lag), Math.min(first.length, second.length - lag)];
    if (to - from < leastOverlap) continue;
    const energyOfFirst = (firstEnergy[to] ?? 0) - (firstEnergy[from] ?? 0);
    const energyOfSecond = (secondEnergy[to + lag] ?? 0) - (secondEnergy[from + lag] ?? 0);
    const scale = Math.sqrt(energyOfFirst * energyOfSecond);
    // A stretch that is nearly silent in either is no evidence.
    if (scale <= total * 0.05) continue;
    const score = (products[(lag + size) % size] ?? 0) / scale;
    if (score > best.score) best = { lagSeconds: lag / rateHz, score };
  }
  return best;
}

/** Sum over n of first[n] * second[n + lag], at index lag modulo size. */
function crossProducts(first: Float32Array, second: Float32Array, size: number): Float64Array {
  const [firstReal, firstImaginary] = [new Float64Array(size), new Float64Array(size)];
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  firstReal.set(first);
  real.set(second);
  transform(firstReal, firstImaginary, 1);
  transform(real, imaginary, 1);
  for (let bin = 0; bin < size; bin += 1) {
    const [a, b] = [firstReal[bin] ?? 0, firstImaginary[bin] ?? 0];
    const [c, d] = [real[bin] ?? 0, imaginary[bin] ?? 0];
    real[bin] = (a * c + b * d) / size;
    imaginary[bin] = (a * d - b * c) / size;
  }
  transform(real, imaginary, -1);
  return real;
}

function energyUpTo(samples: Float32Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (const [index, sample] of samples.entries()) sums[index + 1] = (sums[index] ?? 0) + sample * sample;
  return sums;
}
