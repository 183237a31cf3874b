import { assertPatternBits, isWhite, patternGrid } from '../../app/launch/stage/grid.ts';
import { cellFrames } from './cells.ts';

/** The known picture on the screen at that time of the file, as 16 hex digits; undefined if none is there. */
export async function readPattern(
  file: string,
  atSeconds: number,
  screenWidthPx?: number,
): Promise<string | undefined> {
  const frames = await cellFrames(file, patternGrid, screenWidthPx);
  const shown = frames.findLast((frame) => frame.ptsSeconds <= atSeconds);
  return shown?.bits && Buffer.from(shown.bits).toString('hex');
}

/**
 * What an uncoded copy of the known picture must contain: one of its pixel lines as grey, as the Y of
 * limited-range video, as RGB and as the four-byte pixels of an X server, with and without alpha. Throws for a
 * pattern whose lines are all too plain to prove anything by being found.
 */
export function rawPatternLines(pattern: string): Buffer[] {
  const bits = assertPatternBits(pattern);
  const rows = Array.from({ length: patternGrid.rows }, (_, row) =>
    Array.from({ length: patternGrid.columns }, (_, column) =>
      isWhite(bits, row * patternGrid.columns + column),
    ),
  );
  const changes = (row: readonly boolean[]) =>
    row.filter((cell, index) => index > 0 && cell !== row[index - 1]);
  const busiest = rows.toSorted((a, b) => changes(b).length - changes(a).length)[0] ?? [];
  if (changes(busiest).length < 4) throw new Error(`Every line of ${pattern} is too plain to search for`);
  const line = (white: readonly number[], black: readonly number[]) =>
    Buffer.concat(
      busiest.map((isLight) =>
        Buffer.alloc(patternGrid.cellPx * white.length, Buffer.from(isLight ? white : black)),
      ),
    );
  return [
    line([255], [0]),
    line([235], [16]),
    line([255, 255, 255], [0, 0, 0]),
    line([255, 255, 255, 0], [0, 0, 0, 0]),
    line([255, 255, 255, 255], [0, 0, 0, 255]),
  ];
}
