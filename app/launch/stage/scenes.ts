import { encodeBarcode } from './barcode.ts';
import type { Canvas } from './canvas.ts';
import { desktopScene } from './desktop-scene.ts';
import { areaOf, assertPatternBits, clockGrid, type Grid, patternGrid, whiteRectangles } from './grid.ts';
import type { Scene } from './scene.ts';

/** What the display shows. `pattern` is 16 hex digits: 64 cells, row by row, white is a 1. */
export type Picture = 'moving-desktop' | 'clock-barcode' | { readonly pattern: string };

const [black, grey, white] = [0x000000, 0x808080, 0xffffff];

export function sceneOf(picture: Picture): Scene {
  if (picture === 'moving-desktop') return desktopScene();
  if (picture === 'clock-barcode') return clockScene();
  const bits = assertPatternBits(picture.pattern);
  return {
    paint(canvas) {
      clear(canvas);
      paintGrid(canvas, patternGrid, bits);
      canvas.show([0, 0, canvas.width, canvas.height]);
    },
  };
}

/** 125 repaints a second, so that a grabbed frame is never more than 8 ms older than it says. */
function clockScene(): Scene {
  let counter = 0;
  return {
    everyMs: 8,
    paint(canvas) {
      if (counter === 0) {
        clear(canvas);
        canvas.show([0, 0, canvas.width, canvas.height]);
      }
      counter += 1;
      paintGrid(canvas, clockGrid, encodeBarcode({ paintedAtMs: Date.now(), counter }));
      canvas.show(areaOf(clockGrid));
    },
  };
}

function clear(canvas: Canvas): void {
  canvas.fill(grey, [[0, 0, canvas.width, canvas.height]]);
}

function paintGrid(canvas: Canvas, grid: Grid, bits: Uint8Array): void {
  canvas.fill(black, [areaOf(grid)]);
  canvas.fill(white, whiteRectangles(grid, bits));
}
