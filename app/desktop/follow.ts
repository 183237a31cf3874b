import { app, powerSaveBlocker } from 'electron/main';
import { BRIDGE_SNAPSHOT } from '../../contract/bridge/names.ts';
import { languageFor } from '../../contract/language.ts';
import type { Capture } from '../../main/host.ts';
import type { Overlay } from './overlay.ts';
import type { Parts } from './parts.ts';
import { isRunning, sightOf } from './sight.ts';
import { openTray } from './tray.ts';
import type { AppWindow } from './window.ts';
import { tongueOf } from './words.ts';

export type Faces = { readonly window: AppWindow; readonly overlay: Overlay };

/** Pages, title, tray and power follow one snapshot, so that none of them can show another lamp than the rest. */
export function followSnapshots(capture: Capture, { window, overlay }: Faces, parts: Parts): void {
  const showTray = openTray(parts, { open: window.show, call: capture.call });
  const keepAwake = awake();
  const preferred = app.getPreferredSystemLanguages();
  capture.onSnapshot((snapshot) => {
    const tongue = tongueOf(languageFor(snapshot.settings.chosen.language, preferred), preferred);
    const sight = sightOf(snapshot, tongue);
    // Whoever started it: what may be captured is never without its light.
    overlay.follow(isRunning(snapshot) || sight.lamp === 'live', snapshot.settings.chosen.overlayPlaces);
    for (const page of [window.window, overlay.window()])
      if (page?.isDestroyed() === false) page.webContents.send(BRIDGE_SNAPSHOT, snapshot);
    window.follow(sight.title, snapshot.session.state);
    showTray(sight, tongue.words);
    keepAwake(sight.lamp === 'live');
  });
}

function awake(): (live: boolean) => void {
  let blocker: number | undefined;
  return (live) => {
    if (live && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    else if (!live && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  };
}
