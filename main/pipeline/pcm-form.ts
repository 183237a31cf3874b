import type { PcmChunk } from './pcm-source.ts';

export type PcmForm = Pick<PcmChunk, 'sampleRate' | 'channels'>;

/**
 * A chunk in another rate and number of channels, at the same time. Samples between two are interpolated linearly: good
 * enough for the rest of a take whose headset became a telephone, and silent about nothing.
 */
export function inForm(chunk: PcmChunk, { sampleRate, channels }: PcmForm): PcmChunk {
  if (chunk.sampleRate === sampleRate && chunk.channels === channels) return chunk;
  const framesBefore = chunk.samples.length / chunk.channels;
  const frames = Math.round((framesBefore * sampleRate) / chunk.sampleRate);
  const samples = new Float32Array(frames * channels);
  for (let frame = 0; frame < frames; frame++) {
    const at = Math.min(framesBefore - 1, (frame * chunk.sampleRate) / sampleRate);
    const [before, share] = [Math.floor(at), at % 1];
    for (let channel = 0; channel < channels; channel++)
      samples[frame * channels + channel] =
        sampleOf(chunk, before, channel, channels) * (1 - share) +
        sampleOf(chunk, Math.min(before + 1, framesBefore - 1), channel, channels) * share;
  }
  return { startedWallMs: chunk.startedWallMs, samples, channels, sampleRate };
}

/** One channel becomes both of two, and two their mean. */
function sampleOf(
  { samples, channels: has }: PcmChunk,
  frame: number,
  channel: number,
  wanted: 1 | 2,
): number {
  const sample = (of: number) => samples[frame * has + of] ?? 0;
  if (has === wanted) return sample(channel);
  return has === 1 ? sample(0) : (sample(0) + sample(1)) / 2;
}
