/** Pictures made of black and white cells: one fixed place on the screen, white is a 1, row by row. */
export type Grid = { readonly columns: number; readonly rows: number; readonly cellPx: number };

/** The known picture: 64 bits over 512x512 pixels at the top left. */
export const patternGrid: Grid = { columns: 8, rows: 8, cellPx: 64 };

/** The clock: 96 bits over 256x96 pixels at the top left; 16 px are one H.264 macroblock. */
export const clockGrid: Grid = { columns: 16, rows: 6, cellPx: 16 };

export type Rectangle = readonly [x: number, y: number, width: number, height: number];

export function areaOf(grid: Grid): Rectangle {
  return [0, 0, grid.columns * grid.cellPx, grid.rows * grid.cellPx];
}

/** One rectangle per run of white cells. */
export function whiteRectangles(grid: Grid, bits: Uint8Array): Rectangle[] {
  const rectangles: Rectangle[] = [];
  for (let row = 0; row < grid.rows; row += 1) {
    let start: number | undefined;
    for (let column = 0; column <= grid.columns; column += 1) {
      const white = column < grid.columns && isWhite(bits, row * grid.columns + column);
      if (white) start ??= column;
      else if (start !== undefined) {
        const { cellPx } = grid;
        rectangles.push([start * cellPx, row * cellPx, (column - start) * cellPx, cellPx]);
        start = undefined;
      }
    }
  }
  return rectangles;
}

export function isWhite(bits: Uint8Array, cell: number): boolean {
  return (((bits[cell >> 3] ?? 0) >> (7 - (cell & 7))) & 1) === 1;
}

/** 16 hex digits to 8 bytes. Throws on anything else, as a mistyped pattern would prove nothing. */
export function assertPatternBits(pattern: string): Uint8Array {
  if (!/^[0-9a-f]{16}$/i.test(pattern)) throw new Error(`A pattern is 16 hex digits, not '${pattern}'`);
  return new Uint8Array(Buffer.from(pattern, 'hex'));
}
