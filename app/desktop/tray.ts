import { join } from 'node:path';
import { app, Menu, type MenuItemConstructorOptions, Tray } from 'electron/main';
import type { Capture } from '../../main/host.ts';
import { trayFile } from './icons/tray-file.ts';
import { log } from './log.ts';
import type { Parts } from './parts.ts';
import type { Action, Sight } from './sight.ts';

export type TrayCalls = { readonly open: () => void; readonly call: Capture['call'] };

/** A second place for the same lamp; the window can do everything that it offers. */
export function openTray({ distDir, platform }: Parts, calls: TrayCalls): (sight: Sight) => void {
  const iconOf = ({ lamp }: Sight): string => join(distDir, 'desktop', 'tray', trayFile(lamp, platform));
  let tray: Tray | undefined;
  let shown: Sight | undefined;

  return (sight) => {
    if (tray === undefined) {
      tray = new Tray(iconOf(sight));
      tray.on('click', calls.open);
    } else if (sight.lamp !== shown?.lamp) tray.setImage(iconOf(sight));
    if (sight.tooltip !== shown?.tooltip) tray.setToolTip(sight.tooltip);
    // On Linux a new menu closes the one that is open, so it is replaced only when it says something else.
    if (sight.stateLine !== shown?.stateLine || sight.actions.join() !== shown.actions.join())
      tray.setContextMenu(Menu.buildFromTemplate(menuOf(sight, calls)));
    shown = sight;
  };
}

function menuOf({ stateLine, actions }: Sight, { open, call }: TrayCalls): MenuItemConstructorOptions[] {
  const item = (label: string, action: Action): MenuItemConstructorOptions => ({
    label,
    enabled: actions.includes(action),
    click: () => {
      void call(`session.${action}`, {}).then((answer) => {
        if (!answer.ok) log('tray.refused', { action, code: answer.error.code });
      });
    },
  });
  return [
    { label: 'Open Tallylight', click: open },
    { label: stateLine, enabled: false },
    { type: 'separator' },
    actions.includes('resume') ? item('Resume', 'resume') : item('Pause', 'pause'),
    item('Stop', 'stop'),
    { type: 'separator' },
    { label: 'Quit', click: () => app.quit() },
  ];
}
