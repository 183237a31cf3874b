import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lamp } from '../../../contract/bridge/snapshot.ts';
import { encodePng } from './png.ts';
import { APP_INK, type Ink, LAMP_INK, paint } from './shapes.ts';
import { trayFile } from './tray-file.ts';

const TRAY_SIZE = 16;
/** The least that electron-builder asks for on macOS; it makes the smaller ones. */
const APP_SIZE = 512;

/** Draws the tray's icon for each lamp into `folder`, with its `@2x` beside it. */
export async function writeTrayIcons(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const state of lamp.options)
    for (const name of new Set([trayFile(state, 'linux'), trayFile(state, 'darwin')])) {
      await write(join(folder, name), [LAMP_INK[state]], TRAY_SIZE);
      await write(join(folder, name.replace('.png', '@2x.png')), [LAMP_INK[state]], TRAY_SIZE * 2);
    }
}

/** Draws the app's own icon, from which packaging makes those of each platform. */
export async function writeAppIcon(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await write(file, APP_INK, APP_SIZE);
}

function write(file: string, inks: readonly Ink[], size: number): Promise<void> {
  return writeFile(file, encodePng(paint(inks, size), size));
}
