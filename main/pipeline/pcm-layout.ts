import type { PcmChunk } from './pcm-source.ts';

/** Where the next sample of a stream stands, and what has to be written so that a chunk comes to stand at its time. */
export type PcmLayout = {
  /** Unix time of the first sample, in milliseconds. */
  readonly startedWallMs: number;
  /** The samples to write for this chunk: silence before it, itself, cut and stretched as its time demands. */
  readonly place: (chunk: PcmChunk) => readonly Float32Array[];
  /** From the end of what is written up to that time, in milliseconds; negative where it is written already. */
  readonly missingMs: (wallMs: number) => number;
  /** Silence up to that time, where nothing has come. */
  readonly fillTo: (wallMs: number) => readonly Float32Array[];
};

/** More than this is a gap or an overlap, less is jitter and drift. */
const GAP_MS = 20;
/** Less than this is left alone. */
const EVEN_MS = 1;
/** One frame in so many is doubled or left out to follow a device's clock: 0.2 %, far more than clocks differ by. */
const FOLLOW_EVERY_FRAMES = 480;
const LONGEST_SILENCE_FRAMES = 48_000;

/** Lays chunks on one timeline by their times. All of them have the form of the first. */
export function pcmLayout(startedWallMs: number, sampleRate: number, channels: number): PcmLayout {
  const framesPerMs = sampleRate / 1_000;
  let written = 0;

  function silence(frames: number): Float32Array[] {
    written += frames;
    const parts: Float32Array[] = [];
    for (let left = frames; left > 0; left -= LONGEST_SILENCE_FRAMES)
      parts.push(new Float32Array(Math.min(left, LONGEST_SILENCE_FRAMES) * channels));
    return parts;
  }

  const framesTo = (wallMs: number) => (wallMs - startedWallMs) * framesPerMs - written;

  return {
    startedWallMs,
    missingMs: (wallMs) => framesTo(wallMs) / framesPerMs,
    place: ({ startedWallMs: atMs, samples }) => {
      const behind = Math.round(framesTo(atMs));
      const before = behind > GAP_MS * framesPerMs ? silence(behind) : [];
      const isOverlap = behind < -GAP_MS * framesPerMs;
      const fresh = isOverlap ? samples.subarray(Math.min(samples.length, -behind * channels)) : samples;
      const off = before.length > 0 || isOverlap || Math.abs(behind) < EVEN_MS * framesPerMs ? 0 : behind;
      const followed = follow(fresh, channels, off);
      written += followed.length / channels;
      return followed.length === 0 ? before : [...before, followed];
    },
    fillTo: (wallMs) => {
      const missing = Math.floor(framesTo(wallMs));
      return missing > 0 ? silence(missing) : [];
    },
  };
}

/** Doubles or leaves out single frames, evenly, towards where they should stand. */
function follow(samples: Float32Array, channels: number, offFrames: number): Float32Array {
  const frames = samples.length / channels;
  const most = Math.floor(frames / FOLLOW_EVERY_FRAMES);
  const by = Math.max(-most, Math.min(most, offFrames));
  if (by === 0) return samples;
  const out = new Float32Array((frames + by) * channels);
  const every = frames / (frames + by);
  for (let frame = 0; frame < frames + by; frame++) {
    const from = Math.min(frames - 1, Math.floor(frame * every));
    for (let channel = 0; channel < channels; channel++)
      out[frame * channels + channel] = samples[from * channels + channel] ?? 0;
  }
  return out;
}
