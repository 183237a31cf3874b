/** Fast Fourier transform in place, length a power of two; direction -1 goes back, without dividing by length. */
export function transform(real: Float64Array, imaginary: Float64Array, direction: 1 | -1): void {
  const length = real.length;
  reorder(real, imaginary);
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    const step = (-direction * 2 * Math.PI) / size;
    const cosines = Float64Array.from({ length: half }, (_, index) => Math.cos(step * index));
    const sines = Float64Array.from({ length: half }, (_, index) => Math.sin(step * index));
    for (let start = 0; start < length; start += size) {
      for (let index = 0; index < half; index += 1) {
        const [near, far] = [start + index, start + index + half];
        const [cosine, sine] = [cosines[index] as number, sines[index] as number];
        const [a, b] = [real[far] as number, imaginary[far] as number];
        const [turnedReal, turnedImaginary] = [a * cosine - b * sine, a * sine + b * cosine];
        const [c, d] = [real[near] as number, imaginary[near] as number];
        real[far] = c - turnedReal;
        imaginary[far] = d - turnedImaginary;
        real[near] = c + turnedReal;
        imaginary[near] = d + turnedImaginary;
      }
    }
  }
}

/** Puts each value where its index, read backwards in bits, says. */
function reorder(real: Float64Array, imaginary: Float64Array): void {
  let reversed = 0;
  for (let index = 1; index < real.length; index += 1) {
    let bit = real.length >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed |= bit;
    if (index >= reversed) continue;
    swap(real, index, reversed);
    swap(imaginary, index, reversed);
  }
}

function swap(values: Float64Array, one: number, other: number): void {
  const kept = values[one] as number;
  values[one] = values[other] as number;
  values[other] = kept;
}
