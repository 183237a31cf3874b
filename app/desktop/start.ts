import { app, Menu } from 'electron/main';
import { registerAppScheme, serveAppScheme } from './app-scheme.ts';
import { attachBridge } from './bridge.ts';
import { openDesktopCapture } from './capture.ts';
import { secretsFor } from './connection.ts';
import { followSnapshots } from './follow.ts';
import { leaveOnce } from './leave.ts';
import { lockContents, lockSession } from './lockdown.ts';
import { causeOf, log } from './log.ts';
import type { Parts } from './parts.ts';
import { withReopen } from './reopen.ts';
import { openWindow } from './window.ts';

/** Runs the desktop host. Everything before `ready` happens within this call. */
export function start(parts: Parts): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  registerAppScheme();
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
  app
    .whenReady()
    .then(() => run(parts))
    .catch((error: unknown) => {
      log('desktop.failed', { cause: causeOf(error) });
      app.exit(1);
    });
}

async function run(parts: Parts): Promise<void> {
  lockSession();
  Menu.setApplicationMenu(parts.platform === 'darwin' ? macMenu() : null);
  const giveBack = secretsFor(parts.env);
  const capture = openDesktopCapture(withReopen(parts, () => leaving.reopen()));
  const leaving = leaveOnce(capture, giveBack);
  await serveAppScheme(parts.distDir, async (wish) => (await capture).media(wish));
  const window = openWindow(parts, leaving);
  app.on('second-instance', window.show);
  app.on('activate', window.show);
  app.on('window-all-closed', () => app.quit());
  attachBridge(window.window, capture);
  void window.load();
  followSnapshots(await capture, window, parts);
}

/** Copy, paste and quit work on macOS only through a menu; elsewhere there is none, and no reload or developer tools. */
function macMenu(): Menu {
  return Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]);
}
