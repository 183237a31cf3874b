import { join } from 'node:path';
import { BrowserWindow } from 'electron/main';
import type { SessionState } from '../../contract/bridge/snapshot.ts';
import { APP_PAGE } from './app-scheme.ts';
import { hardened } from './hardened.ts';
import type { Leaving } from './leave.ts';
import { causeOf, log } from './log.ts';
import { isAtLogin } from './login.ts';
import type { Parts } from './parts.ts';
import { APP_NAME } from './sight.ts';

const MOST_RELOADS = 3;
/** States in which the window stays reachable, because not every desktop shows a tray. */
const HOLDING: ReadonlySet<SessionState> = new Set(['starting', 'recording', 'paused', 'stopping']);

export type AppWindow = {
  readonly window: BrowserWindow;
  readonly show: () => void;
  readonly isFocused: () => boolean;
  readonly load: () => Promise<void>;
  /** What the window shows and does on close follows the session's state. */
  readonly follow: (title: string, state: SessionState) => void;
};

/** Where the system started the app, and no person, the window stays out of the way: on Linux in sight of who has no tray. */
export function openWindow(parts: Parts, leaving: Leaving): AppWindow {
  const { distDir, platform } = parts;
  let state: SessionState = 'idle';
  let reloads = 0;
  const window = new BrowserWindow({
    width: 380,
    height: 720,
    minWidth: 360,
    minHeight: 560,
    show: false,
    title: APP_NAME,
    webPreferences: hardened(join(distDir, 'desktop', 'preload.cjs')),
  });
  window.once('ready-to-show', () => {
    if (!isAtLogin(parts)) window.show();
    else if (platform === 'linux') window.minimize();
  });
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('session-end', leaving.leave);
  window.on('close', (event) => {
    if (leaving.begun()) return;
    if (HOLDING.has(state)) {
      event.preventDefault();
      window.minimize();
    } else if (platform === 'darwin') {
      event.preventDefault();
      window.hide();
    }
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log('window.gone', { reason });
    reloads += 1;
    if (reloads <= MOST_RELOADS && !leaving.begun()) window.webContents.reload();
  });

  return {
    window,
    show: () => {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    isFocused: () => !window.isDestroyed() && window.isFocused(),
    load: () =>
      window.loadURL(APP_PAGE).catch((error: unknown) => log('window.not-loaded', { cause: causeOf(error) })),
    follow: (title, next) => {
      state = next;
      if (!window.isDestroyed()) window.setTitle(title);
    },
  };
}
