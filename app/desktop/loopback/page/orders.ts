/** What the page tells its worker. */
export type Order =
  /** Once, the first: where the sound comes from, and the port to the main process. */
  | {
      readonly type: 'begin';
      readonly port: MessagePort;
      readonly from:
        | { readonly kind: 'processor'; readonly readable: ReadableStream<AudioData> }
        | { readonly kind: 'worklet'; readonly quanta: MessagePort };
    }
  /** The system took the track away. */
  | { readonly type: 'track-ended' };

/** What the worker tells the page: to let go of the device. */
export type Release = 'release';

/** What the AudioWorklet sends: some 20 ms, counted from the beginning of its context. */
export type Quanta = {
  readonly frame: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly samples: Float32Array;
};
