import { type ClockReading, decodeBarcode } from '../../app/launch/stage/barcode.ts';
import { clockGrid } from '../../app/launch/stage/grid.ts';
import { cellFrames } from './cells.ts';

export type ClockFrame = ClockReading & {
  /** On the file's own timeline. */
  readonly ptsSeconds: number;
};

/** What the clock on the screen said in each frame that can be read, in the order of the file. */
export async function decodeClock(file: string, screenWidthPx?: number): Promise<ClockFrame[]> {
  const frames = await cellFrames(file, clockGrid, screenWidthPx);
  return frames.flatMap(({ ptsSeconds, bits }) => {
    const reading = bits && decodeBarcode(bits);
    return reading ? [{ ptsSeconds, ...reading }] : [];
  });
}
