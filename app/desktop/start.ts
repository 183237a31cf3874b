import { app, Menu } from 'electron/main';
import { registerAppScheme, serveAppScheme } from './app-scheme.ts';
import { ask } from './ask.ts';
import { attachBridge, OVERLAY_CALLS } from './bridge.ts';
import { openDesktopCapture } from './capture.ts';
import { offerToConnect } from './connect.ts';
import { holdConnection, secretsFor } from './connection.ts';
import { followSnapshots } from './follow.ts';
import { leaveOnce } from './leave.ts';
import { type Links, listenForLinks } from './links.ts';
import { lockContents, lockSession } from './lockdown.ts';
import { causeOf, log } from './log.ts';
import { openOverlay } from './overlay.ts';
import type { Parts } from './parts.ts';
import { makeRefusals } from './refusals.ts';
import { withReopen } from './reopen.ts';
import { APP_ID } from './shell.ts';
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
  const links = listenForLinks(parts);
  app
    .whenReady()
    .then(() => run(parts, links))
    .catch((error: unknown) => {
      log('desktop.failed', { cause: causeOf(error) });
      app.exit(1);
    });
}

async function run(parts: Parts, links: Links): Promise<void> {
  lockSession();
  Menu.setApplicationMenu(parts.platform === 'darwin' ? macMenu() : null);
  const giveBack = secretsFor(parts.env);
  // By which Windows knows whose notifications they are.
  if (parts.platform === 'win32') app.setAppUserModelId(APP_ID);
  const refusals = makeRefusals();
  const held = holdConnection(parts.env, parts.yourBackend);
  const { capture, keep } = openDesktopCapture(
    withReopen(parts, () => leaving.reopen()),
    { held, refusals },
  );
  const leaving = leaveOnce(capture, giveBack);
  await serveAppScheme(parts.distDir, async (wish) => (await capture).media(wish));
  const window = openWindow(parts, leaving);
  app.on('second-instance', window.show);
  app.on('activate', window.show);
  // The small light and the hidden windows do not keep the app alive.
  window.window.on('closed', () => app.quit());
  const overlay = openOverlay(parts, leaving, async (overlayPlaces) =>
    ask(await capture, 'settings.change', { overlayPlaces }),
  );
  attachBridge(
    [
      { window: () => window.window, calls: 'all' },
      { window: overlay.window, calls: OVERLAY_CALLS },
    ],
    capture,
  );
  void window.load();
  links.handle(offerToConnect({ ...parts, window, held, capture, keep }));
  followSnapshots(await capture, { window, overlay, refusals }, parts);
}

/** Copy, paste and quit work on macOS only through a menu; elsewhere there is none, and no reload or developer tools. */
function macMenu(): Menu {
  return Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]);
}
