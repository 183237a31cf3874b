import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lamp } from '../../../contract/bridge/snapshot.ts';
import { encodePng } from './png.ts';
import { APP_INK, type Ink, lampInk, paint } from './shapes.ts';
import { GROUNDS, scaledFile, TRAY_SCALES, trayFile } from './tray-file.ts';

const TRAY_SIZE = 16;
/** The least that electron-builder asks for on macOS; it makes the smaller ones. */
const APP_SIZE = 512;

/** Draws the tray's icon for each lamp, ground and scale into `folder`. */
export async function writeTrayIcons(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const state of lamp.options)
    for (const ground of GROUNDS)
      for (const scale of TRAY_SCALES)
        await write(
          join(folder, scaledFile(trayFile(state, ground), scale)),
          [lampInk(state, ground)],
          TRAY_SIZE * scale,
        );
}

/** Draws the app's own icon, from which packaging makes those of each platform. */
export async function writeAppIcon(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await write(file, APP_INK, APP_SIZE);
}

function write(file: string, inks: readonly Ink[], size: number): Promise<void> {
  return writeFile(file, encodePng(paint(inks, size), size));
}
