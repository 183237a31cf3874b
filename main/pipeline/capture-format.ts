/** What a person or a policy may tune about the recorded form. */
export type CaptureFormat = {
  readonly framesPerSecond: number;
  /** Length of a fragment; a display's is a little longer where no frame falls on its end. */
  readonly fragmentMs: number;
};

/**
 * 600 ms: what a crash takes of a channel is its unfinished fragment and up to 0.2 s on the way to the disk, a second at most
 * also on a busy machine (docs/findings/0004). And the lamp, which waits for the first fragment, is on within a second.
 */
export const DEFAULT_FORMAT: CaptureFormat = { framesPerSecond: 15, fragmentMs: 600 };
