import type { Lamp } from '../../../contract/bridge/snapshot.ts';

/** macOS recolours a picture named `…Template` to its menu bar; only the unlit lamp may lose its colour. */
export function trayFile(lamp: Lamp, platform: NodeJS.Platform): string {
  return platform === 'darwin' && lamp === 'off' ? 'offTemplate.png' : `${lamp}.png`;
}
