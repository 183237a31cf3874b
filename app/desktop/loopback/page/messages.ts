/** The message by which the page gets its port, over Electron IPC and within the page. */
export const LOOPBACK_PORT = 'loopback.port';

/** Why there is no sound any more. */
export type EndReason =
  /** It was asked to. */
  | 'closed'
  /** The system or our own main process did not let it begin. */
  | 'refused'
  /** What was allowed has no sound in it. */
  | 'no-sound'
  /** The system took it away. */
  | 'track-ended'
  /** Its times make no sense, so that nobody could say where it belongs. */
  | 'clock'
  | 'failed';

/** A piece of sound. Copied, not transferred: Electron's ports transfer nothing but ports. */
export type Sound = {
  readonly type: 'sound';
  /** From 0, without gaps, also where sound was given up between two. */
  readonly number: number;
  /** Unix time of the first sample in milliseconds, fractions included. */
  readonly startedWallMs: number;
  /** Interleaved; 1 is full scale. */
  readonly samples: Float32Array;
  readonly channels: 1 | 2;
  readonly sampleRate: number;
};

/** While nothing plays a system may send nothing: the worker says so often that it is still there. */
export const ALIVE_EVERY_MS = 1_000;

export type FromPage =
  /** The device is open. */
  | { readonly type: 'opened'; readonly by: 'processor' | 'worklet' }
  | { readonly type: 'alive' }
  | Sound
  /** Given up, because the other side did not take it. */
  | { readonly type: 'lost'; readonly milliseconds: number }
  /** The last message. `detail` is for the log: an error's name and message. */
  | { readonly type: 'ended'; readonly why: EndReason; readonly detail: string };

export type ToPage =
  /** The piece of this number, and all before it, were taken. */
  | { readonly type: 'taken'; readonly number: number }
  /** Lets go of the device, sends what it has, and ends. */
  | { readonly type: 'close' };
