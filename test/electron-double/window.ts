import { isAbsolute } from 'node:path';
import { assertPlatform, assertReady, emitter, fire, tell } from './events.ts';
import { freePort, freePorts } from './message-channel.ts';
import {
  anything,
  call,
  flag,
  type Kind,
  type Known,
  listOf,
  method,
  oneOf,
  shape,
  strict,
  text,
  whole,
} from './strict.ts';
import { complain, record, type WindowDouble, world } from './world.ts';

const path: Kind = {
  fits: (value) => typeof value === 'string' && isAbsolute(value),
  says: 'an absolute path',
};
const preferences: Kind = shape({
  preload: path,
  sandbox: flag,
  contextIsolation: flag,
  nodeIntegration: flag,
  nodeIntegrationInWorker: flag,
  nodeIntegrationInSubFrames: flag,
  webSecurity: flag,
  allowRunningInsecureContent: flag,
  experimentalFeatures: flag,
  webviewTag: flag,
  navigateOnDragDrop: flag,
  plugins: flag,
  spellcheck: flag,
  devTools: flag,
  partition: text,
  backgroundThrottling: flag,
} satisfies Known<Electron.WebPreferences>);
const options: Kind = shape({
  width: whole,
  height: whole,
  minWidth: whole,
  minHeight: whole,
  show: flag,
  skipTaskbar: flag,
  focusable: flag,
  frame: flag,
  resizable: flag,
  minimizable: flag,
  maximizable: flag,
  fullscreenable: flag,
  closable: flag,
  acceptFirstMouse: flag,
  backgroundColor: text,
  type: oneOf('panel'),
  title: text,
  webPreferences: preferences,
} satisfies Known<Electron.BrowserWindowConstructorOptions>);

const rectangle: Kind = shape({
  x: whole,
  y: whole,
  width: whole,
  height: whole,
} satisfies Known<Electron.Rectangle>);
const workspaces: Kind = shape({
  visibleOnFullScreen: flag,
  skipTransformProcessType: flag,
} satisfies Known<Electron.VisibleOnAllWorkspacesOptions>);

/** Called with `new`; what it returns stands for the window. */
export function BrowserWindow(given: Record<string, unknown>): object {
  assertReady('BrowserWindow');
  method('BrowserWindow', [options])(given);
  const id = world.windows.length + 1;
  const state: WindowDouble = {
    key: `window ${id}`,
    contents: `contents ${id}`,
    options: given,
    mainFrame: strict('WebFrameMain', {
      get origin() {
        return state.origin;
      },
    } satisfies Known<Electron.WebFrameMain>),
    webContents: {},
    origin: 'null',
    sent: [],
    posted: [],
    openHandler: undefined,
    title: String(given.title),
    bounds: { x: 0, y: 0, width: Number(given.width), height: Number(given.height) },
    above: undefined,
    everywhere: undefined,
    isProtected: false,
    visible: given.show !== false,
    focused: false,
    minimized: false,
    destroyed: false,
  };
  world.windows.push(state);
  const webContents = contentsOf(state);
  state.webContents = webContents;
  fire('App', 'web-contents-created', webContents);
  const alive = aliveIn(state);
  const change = (name: string, changes: Partial<WindowDouble>) =>
    method(
      name,
      [],
      alive(name, () => void Object.assign(state, changes)),
    );
  return strict('BrowserWindow', {
    ...emitter('BrowserWindow', state.key),
    webContents,
    isDestroyed: () => state.destroyed,
    isMinimized: () => state.minimized,
    isFocused: () => state.focused,
    show: change('BrowserWindow.show', { visible: true }),
    // Electron shows it without giving it the focus.
    showInactive: change('BrowserWindow.showInactive', { visible: true }),
    setAlwaysOnTop: method(
      'BrowserWindow.setAlwaysOnTop',
      [flag, oneOf('screen-saver')],
      (isAbove: boolean, level: string) => {
        state.above = isAbove ? level : undefined;
      },
    ),
    // Its options are of macOS alone.
    setVisibleOnAllWorkspaces: (...args: unknown[]) => {
      assertPlatform('BrowserWindow.setVisibleOnAllWorkspaces', 'darwin', 'linux');
      method(
        'BrowserWindow.setVisibleOnAllWorkspaces',
        args.length > 1 ? [flag, workspaces] : [flag],
      )(...args);
      if (args.length > 1) assertPlatform('visibleOnFullScreen', 'darwin');
      state.everywhere = args[1] ?? {};
    },
    setContentProtection: method('BrowserWindow.setContentProtection', [flag], (isProtected: boolean) => {
      assertPlatform('BrowserWindow.setContentProtection', 'darwin', 'win32');
      state.isProtected = isProtected;
    }),
    getBounds: method(
      'BrowserWindow.getBounds',
      [],
      alive('BrowserWindow.getBounds', () => ({ ...state.bounds })),
    ),
    setBounds: method(
      'BrowserWindow.setBounds',
      [rectangle],
      alive('BrowserWindow.setBounds', (bounds: WindowDouble['bounds']) => {
        state.bounds = bounds;
        tell(state.key, 'move');
      }),
    ),
    hide: change('BrowserWindow.hide', { visible: false }),
    focus: change('BrowserWindow.focus', {}),
    minimize: change('BrowserWindow.minimize', { minimized: true }),
    restore: change('BrowserWindow.restore', { minimized: false }),
    setTitle: method('BrowserWindow.setTitle', [text], (title: string) => {
      state.title = title;
    }),
    loadURL: method(
      'BrowserWindow.loadURL',
      [text],
      alive('BrowserWindow.loadURL', async (url: string) => {
        const { protocol, host } = new URL(url);
        state.origin = `${protocol}//${host}`;
      }),
    ),
    destroy: method(
      'BrowserWindow.destroy',
      [],
      alive('BrowserWindow.destroy', () => destroy(state)),
    ),
  } satisfies Known<Electron.BrowserWindow>);
}

/** Electron throws where a window that is destroyed, or its page, is used. */
function aliveIn(state: WindowDouble) {
  return (name: string, run: (...given: never[]) => unknown) =>
    (...args: never[]) =>
      state.destroyed ? complain(`${name} is called on a destroyed window`) : run(...args);
}

function contentsOf(state: WindowDouble): object {
  const alive = aliveIn(state);
  return strict('WebContents', {
    ...emitter('WebContents', state.contents),
    mainFrame: state.mainFrame,
    setWindowOpenHandler: method('WebContents.setWindowOpenHandler', [call], (handler: () => unknown) => {
      state.openHandler = handler;
    }),
    send: method(
      'WebContents.send',
      [text, anything],
      alive('WebContents.send', (channel: string, value: unknown) => {
        state.sent.push({ channel, value: structuredClone(value) });
      }),
    ),
    reload: method(
      'WebContents.reload',
      [],
      alive('WebContents.reload', () => undefined),
    ),
    postMessage: method(
      'WebContents.postMessage',
      [text, anything, listOf(freePort)],
      alive('WebContents.postMessage', (channel: string, _message: unknown, ports: readonly object[]) => {
        for (const port of ports) freePorts.delete(port);
        state.posted.push({ channel, ports });
      }),
    ),
    executeJavaScript: method(
      'WebContents.executeJavaScript',
      [text, flag],
      alive('WebContents.executeJavaScript', (code: string) => world.runScript(code)),
    ),
  } satisfies Known<Electron.WebContents>);
}

/** The person closes the window: what follows is Electron's documented order of events. */
export function closeByHand(state: WindowDouble): void {
  record('the person closes the window', []);
  if (!fire(state.key, 'close')) destroy(state);
}

function destroy(state: WindowDouble): void {
  state.destroyed = true;
  tell(state.key, 'closed');
}
