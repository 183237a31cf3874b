import type { Lamp } from '../../../contract/bridge/snapshot.ts';

/** What an icon of the tray is drawn for: macOS, which recolours it to its menu bar, or a light or dark bar elsewhere. */
export const GROUNDS = ['template', 'light', 'dark'] as const;
export type Ground = (typeof GROUNDS)[number];

/** macOS recolours a picture only where it is named `…Template`. */
export function trayFile(lamp: Lamp, ground: Ground): string {
  return ground === 'template' ? `${lamp}Template.png` : `${lamp}-${ground}.png`;
}

/** By which Electron finds the picture for the scale of a display; the first is the plain file. */
export const TRAY_SCALES = [1, 1.25, 1.5, 2, 3] as const;

export function scaledFile(file: string, scale: number): string {
  return scale === 1 ? file : file.replace('.png', `@${scale}x.png`);
}
