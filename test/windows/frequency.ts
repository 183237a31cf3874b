import { transform } from '../instruments/fourier.ts';
import type { Pcm } from '../instruments/sound.ts';

export type Measured = {
  readonly frequencyHz: number;
  /** How much of the sound's energy lies within 3 Hz of it: 1 for a tone without a click or a gap. */
  readonly purity: number;
};

const bins = 2 ** 16;

/**
 * The strongest frequency of the middle of a sound, to about 0.05 Hz: a Hann window over `bins` samples, and a
 * parabola through the three highest values of its logarithmic spectrum. Throws for a sound that is too short.
 */
export function strongestIn({ samples, rateHz }: Pcm): Measured {
  if (samples.length < bins)
    throw new Error(`${samples.length} samples are too few to measure a frequency in`);
  const from = (samples.length - bins) >> 1;
  const real = Float64Array.from({ length: bins }, (_, index) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / bins);
    return (samples[from + index] ?? 0) * window;
  });
  const imaginary = new Float64Array(bins);
  transform(real, imaginary, 1);
  const power = Float64Array.from(
    { length: bins / 2 },
    (_, at) => (real[at] ?? 0) ** 2 + (imaginary[at] ?? 0) ** 2,
  );
  const peak = power.indexOf(power.reduce((most, value) => Math.max(most, value), 0));
  const [before = 0, top = 0, after = 0] = [-1, 0, 1].map((step) =>
    Math.log((power[peak + step] ?? 0) + 1e-30),
  );
  const offset = (before - after) / (2 * (before - 2 * top + after));
  const width = Math.ceil((3 * bins) / rateHz);
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);
  return {
    frequencyHz: ((peak + offset) * rateHz) / bins,
    purity: sum(power.subarray(Math.max(0, peak - width), peak + width + 1)) / sum(power),
  };
}
