import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Grid, whiteRectangles } from '../../app/launch/stage/grid.ts';
import { runToEnd } from './ffmpeg.ts';

const folders: string[] = [];

// Runs once per test file that imports this one.
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder that is removed when the test file is done. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'instruments-'));
  folders.push(folder);
  return folder;
}

export const screen = { width: 640, height: 544 } as const;

/** A grey picture of a screen with the grid at its top left. */
export function greyPicture(grid: Grid, bits: Uint8Array): Buffer {
  const picture = Buffer.alloc(screen.width * screen.height, 128);
  const fill = (x: number, y: number, width: number, height: number, grey: number) => {
    for (let line = y; line < y + height; line += 1) {
      picture.fill(grey, line * screen.width + x, line * screen.width + x + width);
    }
  };
  fill(0, 0, grid.columns * grid.cellPx, grid.rows * grid.cellPx, 0);
  for (const [x, y, width, height] of whiteRectangles(grid, bits)) fill(x, y, width, height, 255);
  return picture;
}

/** Codes the pictures as a recorder does; `more` goes between input and output. */
export async function writeVideo(
  file: string,
  pictures: readonly Buffer[],
  fps: number,
  more: readonly string[] = [],
): Promise<void> {
  const raw = `${file}.raw`;
  await writeFile(raw, Buffer.concat(pictures));
  const size = `${screen.width}x${screen.height}`;
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-video_size',
    size,
    '-framerate',
    `${fps}`,
    '-i',
    raw,
  ];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '25', '-pix_fmt', 'yuv420p'];
  await runToEnd('ffmpeg', ['-v', 'error', ...input, ...more, ...coding, '-y', file]);
}
