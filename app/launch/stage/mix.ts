/** What a sink plays all the time. */
export type Programme =
  | { readonly kind: 'silence' }
  | { readonly kind: 'tone'; readonly frequencyHz: number }
  | { readonly kind: 'loop'; readonly samples: Int16Array };

/** A tone begins at every wall-clock time divisible by this. */
export const tonePeriodMs = 2000;
export const toneLengthMs = 60;

export type Mix = {
  /** How many samples have been handed out. */
  readonly position: number;
  /** `heardAtMs` is the wall-clock time at which the first of these samples will be heard, where known yet. */
  next(length: number, heardAtMs: number | undefined): Int16Array;
  /** Adds a sound on top, from the next sample on; returns the position of its first sample. */
  add(samples: Int16Array): number;
};

export function mixOf(programme: Programme, sampleRateHz: number): Mix {
  const tone = programme.kind === 'tone' ? toneSamples(programme.frequencyHz, sampleRateHz) : undefined;
  const loop = programme.kind === 'loop' && programme.samples.length > 0 ? programme.samples : undefined;
  let position = 0;
  let playing: { samples: Int16Array; from: number }[] = [];
  let nextToneMs = 0;

  const placeTone = (length: number, heardAtMs: number | undefined) => {
    if (!tone || heardAtMs === undefined) return;
    // The clock of the stream is an estimate that moves a little: never twice at one mark, never well past it.
    nextToneMs = Math.max(nextToneMs, Math.floor(heardAtMs / tonePeriodMs) * tonePeriodMs);
    if (heardAtMs - nextToneMs > 5) nextToneMs += tonePeriodMs;
    const offset = Math.max(0, Math.round(((nextToneMs - heardAtMs) * sampleRateHz) / 1000));
    if (offset >= length) return;
    playing.push({ samples: tone, from: position + offset });
    nextToneMs += tonePeriodMs;
  };

  return {
    get position() {
      return position;
    },
    add(samples) {
      playing.push({ samples, from: position });
      return position;
    },
    next(length, heardAtMs) {
      placeTone(length, heardAtMs);
      const chunk = new Int16Array(length);
      for (let index = 0; index < length; index += 1) {
        const at = position + index;
        let sum = loop?.[at % loop.length] ?? 0;
        for (const { samples, from } of playing) sum += samples[at - from] ?? 0;
        chunk[index] = Math.max(-32_768, Math.min(32_767, sum));
      }
      position += length;
      playing = playing.filter(({ samples, from }) => from + samples.length > position);
      return chunk;
    },
  };
}

function toneSamples(frequencyHz: number, sampleRateHz: number): Int16Array {
  const samples = new Int16Array((toneLengthMs * sampleRateHz) / 1000);
  return samples.map((_, index) => 16_000 * Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz));
}
