// What Chromium 156 has in these places and TypeScript's DOM library does not.

/** W3C mediacapture-transform; Chromium has it in windows, where the specification has it in workers. */
declare class MediaStreamTrackProcessor {
  constructor(init: { readonly track: MediaStreamTrack; readonly maxBufferSize?: number });
  readonly readable: ReadableStream<AudioData>;
}

interface MediaTrackConstraints {
  /** W3C screen-capture: what this browser itself plays is left out. */
  restrictOwnAudio?: boolean;
}

interface AudioContextOptions {
  /** W3C audio-output: renders without a device. */
  sinkId?: { readonly type: 'none' };
}

/** AudioWorkletGlobalScope. */
declare class AudioWorkletProcessor {
  constructor(options?: unknown);
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options?: unknown) => AudioWorkletProcessor,
): void;
declare const currentFrame: number;
declare const sampleRate: number;
