import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { shell } from './common.ts';
import { EVENTS } from './events.ts';
import {
  app,
  BrowserWindow,
  desktopCapturer,
  dialog,
  ipcMain,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  systemPreferences,
  Tray,
} from './main.ts';
import { freshWorld, world } from './world.ts';

beforeEach(() => {
  freshWorld();
});

const modules = {
  app,
  session,
  ipcMain,
  protocol,
  safeStorage,
  powerMonitor,
  shell,
  screen,
  systemPreferences,
  desktopCapturer,
  nativeTheme,
  dialog,
};

const declarations = readFileSync(
  new URL('../../node_modules/electron/electron.d.ts', import.meta.url),
  'utf8',
);

/** The text of one class or interface of electron.d.ts; they end where the indentation of their first line returns. */
function declared(name: string): string {
  const start = declarations.search(new RegExp(`^  (class|interface) ${name} `, 'm'));
  return declarations.slice(start, declarations.indexOf('\n  }\n', start));
}

test.each(Object.entries(EVENTS).flatMap(([kind, events]) => events.map((event) => [kind, event] as const)))(
  '%s has the event %s in electron.d.ts',
  (kind, event) => {
    expect(declared(kind)).toContain(`on(event: '${event}',`);
  },
);

test.each([
  ['app', 'getAppPath'],
  ['session', 'fromPath'],
  ['ipcMain', 'on'],
  ['protocol', 'registerFileProtocol'],
  ['safeStorage', 'encryptString'],
  ['powerMonitor', 'getSystemIdleTime'],
  ['shell', 'openPath'],
  ['screen', 'screenToDipPoint'],
  ['systemPreferences', 'getAccentColor'],
  ['nativeTheme', 'themeSource'],
  ['dialog', 'showOpenDialog'],
  ['desktopCapturer', 'on'],
] as const)('%s.%s is a loud error, because the double does not have it', (module, property) => {
  expect(() => Reflect.get(modules[module], property)).toThrow(
    `${module}.${property} is not in the Electron double`,
  );
  expect(world.complaints).toHaveLength(1);
});

test('setting a property is a loud error', () => {
  expect(() => Reflect.set(app, 'name', 'x')).toThrow('app.name is not to be set');
});

test.each<[string, () => unknown, string]>([
  ['a missing argument', () => app.getPath(), 'app.getPath takes'],
  ['an argument too many', () => app.quit(1), 'app.quit takes (), not [1]'],
  ['an unknown path', () => app.getPath('home'), '["home"]'],
  ['an unknown event', () => app.on('will-quit', () => undefined), 'App.on takes'],
  [
    'an unknown preference',
    () => openWindow({ webPreferences: { nodeIntegrationInIframes: false } }),
    'BrowserWindow',
  ],
  ['an unknown option', () => openWindow({ frameless: true }), 'BrowserWindow'],
  ['a text that is no URL', () => shell.openExternal('settings'), 'shell.openExternal takes (a URL)'],
  ['a camera', () => systemPreferences.getMediaAccessStatus('camera'), 'getMediaAccessStatus takes'],
  ['a point between pixels', () => screen.dipToScreenPoint({ x: 0.5, y: 0 }), 'an integer'],
  ['a capture of windows', () => desktopCapturer.getSources({ types: ['window'] }), 'getSources takes'],
  [
    'a listener that was never there',
    () => powerMonitor.removeListener('suspend', () => undefined),
    'that listener is not there for suspend',
  ],
  ['a picture that is not there', () => Tray('/nowhere.png'), 'a PNG file that exists'],
])('%s is a loud error', (_what, use, message) => {
  world.isReady = true;
  expect(use).toThrow(message);
});

test.each<[string, () => unknown]>([
  ['BrowserWindow', () => openWindow({})],
  ['session.defaultSession', () => session.defaultSession],
  ['protocol.handle', () => protocol.handle('app', () => undefined)],
  ['screen.getAllDisplays', () => screen.getAllDisplays()],
  ['screen.getCursorScreenPoint', () => screen.getCursorScreenPoint()],
])('%s before ready is a loud error', (name, use) => {
  expect(use).toThrow(`${name} is used before the app is ready`);
});

test.each<[string, NodeJS.Platform, () => unknown]>([
  ['systemPreferences.getMediaAccessStatus', 'linux', () => systemPreferences.getMediaAccessStatus('screen')],
  ['systemPreferences.askForMediaAccess', 'linux', () => systemPreferences.askForMediaAccess('microphone')],
  ['systemPreferences.askForMediaAccess', 'win32', () => systemPreferences.askForMediaAccess('microphone')],
  [
    'nativeTheme.shouldUseDarkColorsForSystemIntegratedUI',
    'linux',
    () => nativeTheme.shouldUseDarkColorsForSystemIntegratedUI,
  ],
  ['screen.dipToScreenPoint', 'darwin', () => screen.dipToScreenPoint({ x: 0, y: 0 })],
  ['screen.dipToScreenRect', 'darwin', () => screen.dipToScreenRect(null, RECTANGLE)],
  ['screen.dipToScreenRect', 'linux', () => screen.dipToScreenRect(null, RECTANGLE)],
])('%s on %s is a loud error, because Electron does not have it there', async (name, platform, use) => {
  freshWorld({ platform }).isReady = true;
  await expect(async () => use()).rejects.toThrow(`${name} is not there on ${platform}`);
  expect(world.complaints).toHaveLength(1);
});

const RECTANGLE = { x: 0, y: 0, width: 1920, height: 1080 };

test('starting the app anew after it has exited is a loud error', () => {
  app.exit(0);
  expect(() => app.relaunch()).toThrow('app.relaunch after the exit');
});

test('registering a scheme after ready is a loud error', () => {
  world.isReady = true;
  expect(() => protocol.registerSchemesAsPrivileged([{ scheme: 'app' }])).toThrow('after the app is ready');
});

function openWindow(options: Record<string, unknown>): unknown {
  return BrowserWindow(options);
}
