import { join } from 'node:path';
import { app, Menu, type MenuItemConstructorOptions, nativeTheme, Tray } from 'electron/main';
import { type Ground, trayFile } from './icons/tray-file.ts';
import type { Parts } from './parts.ts';
import type { Action, Sight } from './sight.ts';
import type { Words } from './words.ts';

export type TrayCalls = { readonly open: () => void; readonly act: (action: Action) => void };

/** A second place for the same lamp; the window can do everything that it offers. */
export function openTray(
  { distDir, platform }: Parts,
  calls: TrayCalls,
): (sight: Sight, words: Words) => void {
  const iconOf = ({ lamp }: Sight): string =>
    join(distDir, 'desktop', 'tray', trayFile(lamp, groundOf(platform)));
  let tray: Tray | undefined;
  let shown: { readonly sight: Sight; readonly words: Words } | undefined;
  let menu = '';

  function open(sight: Sight): Tray {
    const made = new Tray(iconOf(sight));
    // On macOS a click opens the menu, and must not open the window behind it.
    if (platform !== 'darwin') made.on('click', calls.open);
    if (platform === 'win32') made.on('right-click', () => popUp(made));
    // A template is recoloured by macOS itself.
    if (platform !== 'darwin') nativeTheme.on('updated', () => shown && made.setImage(iconOf(shown.sight)));
    return made;
  }

  /** Made when it opens, so that its time is that of this moment. Windows alone tells when that is. */
  function popUp(made: Tray): void {
    if (shown !== undefined) made.popUpContextMenu(menuOf(shown.sight, shown.words, calls, 'elapsed'));
  }

  return (sight, words) => {
    if (tray === undefined) tray = open(sight);
    else if (sight.lamp !== shown?.sight.lamp) tray.setImage(iconOf(sight));
    if (sight.tooltip !== shown?.sight.tooltip) tray.setToolTip(sight.tooltip);
    if (platform === 'darwin' && (shown === undefined || sight.elapsed !== shown.sight.elapsed))
      tray.setTitle(sight.elapsed ?? '', { fontType: 'monospacedDigit' });
    // On Linux a new menu closes the one that is open, so it is replaced only when it says something else.
    const { stateLine, sinceLine, modeLines, actions } = sight;
    const next = JSON.stringify([stateLine, sinceLine, modeLines, actions, words.menu]);
    if (platform !== 'win32' && next !== menu) {
      menu = next;
      tray.setContextMenu(menuOf(sight, words, calls, 'since'));
    }
    shown = { sight, words };
  };
}

/** On Windows the taskbar has a theme of its own; a Linux panel tells none, so that of the desktop stands for it. */
function groundOf(platform: NodeJS.Platform): Ground {
  if (platform === 'darwin') return 'template';
  const isDark =
    platform === 'win32'
      ? nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
      : nativeTheme.shouldUseDarkColors;
  return isDark ? 'dark' : 'light';
}

function menuOf(sight: Sight, words: Words, { open, act }: TrayCalls, time: 'since' | 'elapsed'): Menu {
  const { actions, sinceLine, elapsed } = sight;
  const told = (label: string): MenuItemConstructorOptions => ({ label, enabled: false });
  const item = (action: Action): MenuItemConstructorOptions => ({
    label: words.menu[action],
    enabled: actions.includes(action),
    click: () => act(action),
  });
  const hold = actions.includes('resume') ? 'resume' : 'pause';
  const timeLine = time === 'since' || elapsed === null ? sinceLine : words.recorded(elapsed);
  return Menu.buildFromTemplate([
    { label: words.menu.open, click: open },
    ...[sight.stateLine, timeLine, ...sight.modeLines].flatMap((line) => (line === null ? [] : [told(line)])),
    { type: 'separator' },
    item('start'),
    item(hold),
    item('stop'),
    { type: 'separator' },
    { label: words.menu.quit, click: () => app.quit() },
  ]);
}
