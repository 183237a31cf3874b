import type { TallylightError } from '../../contract/result.ts';

/** Sound as 32-bit float samples, for devices that ffmpeg cannot open itself. */
export type PcmChunk = {
  /** Unix time of the first sample in milliseconds, fractions included. */
  readonly startedWallMs: number;
  /** Interleaved; `frames` × `channels` of them, 1 is full scale. */
  readonly samples: Float32Array;
  readonly channels: 1 | 2;
  readonly sampleRate: number;
};

export type PcmEvents = {
  /** The device is open; from now on silence is what it is. Before the first chunk, at most once. */
  readonly opened: () => void;
  /** In the order of time; what was lost on the way shows as a gap between two chunks. */
  readonly chunk: (chunk: PcmChunk) => void;
  /** Nothing comes any more. Once. */
  readonly ended: (error: TallylightError) => void;
};

/** What the system plays, where a host can hear it: Chromium's loopback on macOS and Windows. */
export type PcmSource = {
  /** Opens the device. Calls back only after it has returned. */
  readonly open: (on: PcmEvents) => PcmStream;
};

export type PcmStream = {
  /** Resolves when the device is released; what was heard up to then comes before. */
  readonly close: () => Promise<void>;
};
