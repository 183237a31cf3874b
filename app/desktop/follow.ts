import { app, powerSaveBlocker } from 'electron/main';
import { BRIDGE_SNAPSHOT } from '../../contract/bridge/names.ts';
import { languageFor } from '../../contract/language.ts';
import type { Capture } from '../../main/host.ts';
import { ask } from './ask.ts';
import { startAtLogin } from './login.ts';
import { tellNotices } from './notices.ts';
import type { Overlay } from './overlay.ts';
import type { Parts } from './parts.ts';
import type { Refusals } from './refusals.ts';
import { globalShortcuts } from './shortcuts.ts';
import { type Action, isRunning, type Sight, sightOf } from './sight.ts';
import { openTray } from './tray.ts';
import type { AppWindow } from './window.ts';
import { tongueOf } from './words.ts';

export type Faces = { readonly window: AppWindow; readonly overlay: Overlay; readonly refusals: Refusals };

/** Pages, title, tray, power and keys follow one snapshot, so that none of them can show another lamp than the rest. */
export function followSnapshots(capture: Capture, faces: Faces, parts: Parts): void {
  const { window, overlay, refusals } = faces;
  let sight: Sight | undefined;

  /** As the buttons of the window do it. Starting is the person's agreement, which is given there, where the terms are. */
  function act(action: Action): void {
    if (sight?.actions.includes(action) !== true) return;
    if (action !== 'start') return void ask(capture, `session.${action}`);
    window.show();
    if (!sight.isReady) void ask(capture, 'session.renew');
  }
  const firstOf = (...actions: readonly Action[]) => {
    const offered = actions.find((action) => sight?.actions.includes(action));
    if (offered !== undefined) act(offered);
  };

  const showTray = openTray(parts, { open: window.show, act });
  const keepAwake = awake();
  const tell = tellNotices({ isFocused: window.isFocused, open: window.show });
  const takeKeys = globalShortcuts(
    { startStop: () => firstOf('stop', 'start'), pause: () => firstOf('resume', 'pause') },
    refusals,
  );
  const atLogin = startAtLogin(parts, refusals);
  const preferred = app.getPreferredSystemLanguages();

  capture.onSnapshot((snapshot) => {
    const { chosen } = snapshot.settings;
    const tongue = tongueOf(languageFor(chosen.language, preferred), preferred);
    sight = sightOf(snapshot, tongue);
    // Whoever started it: what may be captured is never without its light.
    overlay.follow(isRunning(snapshot) || sight.lamp === 'live', chosen.overlayPlaces);
    for (const page of [window.window, overlay.window()])
      if (page?.isDestroyed() === false) page.webContents.send(BRIDGE_SNAPSHOT, snapshot);
    window.follow(sight.title, snapshot.session.state);
    showTray(sight, tongue.words);
    keepAwake(isRunning(snapshot) && snapshot.session.state !== 'paused');
    tell(snapshot, tongue);
    takeKeys(chosen.shortcuts);
    atLogin(chosen.startAtLogin);
  });
}

function awake(): (isNeeded: boolean) => void {
  let blocker: number | undefined;
  return (isNeeded) => {
    if (isNeeded && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    else if (!isNeeded && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  };
}
