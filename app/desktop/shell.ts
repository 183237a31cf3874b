import { app, powerMonitor } from 'electron/main';
import type { PowerEvent, Shell } from '../../main/host.ts';
import { screenDisplays, screenPointer } from './screens.ts';
import { systemSettings } from './system-settings.ts';

/** `appId` in electron-builder.yml. */
export const APP_ID = 'app.tallylight.desktop';

/**
 * The operating system through Electron, only after `ready`; with it comes what is built elsewhere. On Linux nothing is
 * asked for permission, and the X server tells of displays and pointer itself, in the pixels that are captured.
 */
export function desktopShell(
  platform: NodeJS.Platform,
  built: Pick<Shell, 'systemAudio' | 'refused'> = {},
): Shell {
  if (platform !== 'darwin' && platform !== 'win32') return { ...built, onPower };
  return {
    ...built,
    // In development macOS knows the terminal, or whatever else started Electron.
    ...(platform === 'darwin' && app.isPackaged && { bundleId: APP_ID }),
    settings: systemSettings(platform),
    displays: () => screenDisplays(platform),
    pointer: () => screenPointer(platform),
    onPower,
  };
}

const POWER_EVENTS = {
  suspend: 'suspend',
  resume: 'resume',
  'lock-screen': 'lock',
  'unlock-screen': 'unlock',
} as const satisfies Record<string, PowerEvent>;

function onPower(listener: (event: PowerEvent) => void): () => void {
  // The types of 45.4.1 overload `on` by event, which a union of events does not fit.
  const monitor: NodeJS.EventEmitter = powerMonitor;
  const heard = Object.entries(POWER_EVENTS).map(([name, event]) => [name, () => listener(event)] as const);
  for (const [name, hear] of heard) monitor.on(name, hear);
  return () => {
    for (const [name, hear] of heard) monitor.removeListener(name, hear);
  };
}
