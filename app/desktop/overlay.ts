import { join } from 'node:path';
import {
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  type Display,
  type Rectangle,
  screen,
} from 'electron/main';
import { APP_ORIGIN } from './app-scheme.ts';
import { hardened } from './hardened.ts';
import type { Leaving } from './leave.ts';
import { causeOf, log } from './log.ts';
import { OVERLAY_SIZE, type Places, placeOf, whereIs } from './overlay-place.ts';
import type { Parts } from './parts.ts';
import { APP_NAME } from './sight.ts';

export const OVERLAY_PAGE = `${APP_ORIGIN}/overlay.html`;
/** `--paper` in the dark, so that nothing flashes before the page is drawn. */
const PAPER = '#141412';
const MOST_RELOADS = 3;
/** After the last move, so that a drag is one write. */
const SETTLED_MS = 500;

/** The small light above everything: there while anything records, and only then. */
export type Overlay = {
  readonly window: () => BrowserWindow | undefined;
  /** Shows it or takes it away; while it is needed nothing else takes it away. `places` is what is set of it. */
  readonly follow: (isNeeded: boolean, places: Places) => void;
};

/** `remember` is told where the person has put it. */
export function openOverlay(parts: Parts, leaving: Leaving, remember: (places: Places) => void): Overlay {
  let set: Places = {};
  /** Of this run, also where it could not be saved. */
  let chosen: Places = {};
  let last: string | undefined;
  let window: BrowserWindow | undefined;
  let moving: ReturnType<typeof setTimeout> | undefined;
  let put: Rectangle | undefined;

  function place(): void {
    // What the system moved because its display went is no choice of the person's.
    clearTimeout(moving);
    put = placeOf({ ...set, ...chosen }, displaysNow(), last);
    if (window === undefined || window.isDestroyed() || put === undefined) return;
    window.setBounds(put);
    window.showInactive();
  }

  function moved(from: BrowserWindow): void {
    clearTimeout(moving);
    moving = setTimeout(() => {
      if (from.isDestroyed()) return;
      const bounds = from.getBounds();
      if (bounds.x === put?.x && bounds.y === put.y) return;
      const found = whereIs(bounds, displaysNow());
      if (found === undefined) return;
      put = bounds;
      last = found.display;
      const here = { [found.display]: found.place };
      chosen = { ...chosen, ...here };
      remember(here);
    }, SETTLED_MS);
  }

  function open(): BrowserWindow {
    const made = new BrowserWindow(optionsOf(parts));
    let reloads = 0;
    aboveEverything(made, parts.platform);
    made.once('ready-to-show', place);
    made.on('move', () => moved(made));
    made.on('hide', () => window === made && made.showInactive());
    made.on('minimize', () => window === made && made.restore());
    made.on('close', (event) => {
      if (window === made && !leaving.begun()) event.preventDefault();
    });
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      log('overlay.gone', { reason });
      reloads += 1;
      if (reloads <= MOST_RELOADS && window === made && !leaving.begun()) made.webContents.reload();
    });
    made
      .loadURL(OVERLAY_PAGE)
      .catch((error: unknown) => log('overlay.not-loaded', { cause: causeOf(error) }));
    return made;
  }

  screen.on('display-added', place);
  screen.on('display-removed', place);
  screen.on('display-metrics-changed', place);
  return {
    window: () => (window?.isDestroyed() === false ? window : undefined),
    follow: (isNeeded, places) => {
      set = places;
      if (isNeeded && window?.isDestroyed() !== false) window = open();
      else if (!isNeeded && window !== undefined) {
        const gone = window;
        window = undefined;
        if (!gone.isDestroyed()) gone.destroy();
      }
    },
  };
}

function optionsOf({ distDir, platform }: Parts): BrowserWindowConstructorOptions {
  return {
    ...OVERLAY_SIZE,
    title: APP_NAME,
    show: false,
    frame: false,
    resizable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    closable: false,
    skipTaskbar: true,
    // A press on Pause counts also where another app has the focus.
    acceptFirstMouse: true,
    backgroundColor: PAPER,
    // Of macOS alone: it floats above full-screen apps and takes no focus from them.
    ...(platform === 'darwin' && { type: 'panel' }),
    webPreferences: { ...hardened(join(distDir, 'desktop', 'preload.cjs')), backgroundThrottling: false },
  };
}

function aboveEverything(window: BrowserWindow, platform: NodeJS.Platform): void {
  window.setAlwaysOnTop(true, 'screen-saver');
  // The default turns the app into one without a Dock icon and back, which blinks; a panel needs none of it.
  if (platform === 'darwin')
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
  else if (platform === 'linux') window.setVisibleOnAllWorkspaces(true);
  // Linux has no such thing: there the light is in the picture.
  if (platform === 'darwin' || platform === 'win32') window.setContentProtection(true);
}

/** The primary display first. */
function displaysNow(): readonly Display[] {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  return [primary, ...others];
}
