import { expect, test } from 'vitest';
import { transform } from './fourier.ts';

test('a cosine has its energy in its two bins, and comes back unchanged', () => {
  const length = 64;
  const real = Float64Array.from({ length }, (_, index) => Math.cos((2 * Math.PI * 5 * index) / length));
  const imaginary = new Float64Array(length);
  const before = real.slice();
  transform(real, imaginary, 1);
  for (const [bin, value] of real.entries()) expect(value).toBeCloseTo(bin === 5 || bin === 59 ? 32 : 0, 9);
  transform(real, imaginary, -1);
  for (const [index, value] of real.entries()) expect(value / length).toBeCloseTo(before[index] ?? 0, 9);
});
