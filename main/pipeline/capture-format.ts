/** What a person or a policy may tune about the recorded form. */
export type CaptureFormat = {
  readonly framesPerSecond: number;
  /** Length of a fragment; a display's is a little longer where no frame falls on its end. */
  readonly fragmentMs: number;
};

/** 800 ms, so that the lamp, which waits for the first fragment, is on within a second of the first sample. */
export const DEFAULT_FORMAT: CaptureFormat = { framesPerSecond: 15, fragmentMs: 800 };
