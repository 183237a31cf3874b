import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { EVENTS } from './events.ts';
import { app, BrowserWindow, ipcMain, powerMonitor, protocol, safeStorage, session, Tray } from './main.ts';
import { freshWorld, world } from './world.ts';

beforeEach(() => {
  freshWorld();
});

const modules = { app, session, ipcMain, protocol, safeStorage, powerMonitor };

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
  ['session', 'fromPartition'],
  ['ipcMain', 'on'],
  ['protocol', 'registerFileProtocol'],
  ['safeStorage', 'encryptString'],
  ['powerMonitor', 'getSystemIdleTime'],
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
  ['a picture that is not there', () => Tray('/nowhere.png'), 'a PNG file that exists'],
])('%s is a loud error', (_what, use, message) => {
  world.isReady = true;
  expect(use).toThrow(message);
});

test.each<[string, () => unknown]>([
  ['BrowserWindow', () => openWindow({})],
  ['session.defaultSession', () => session.defaultSession],
  ['protocol.handle', () => protocol.handle('app', () => undefined)],
])('%s before ready is a loud error', (name, use) => {
  expect(use).toThrow(`${name} is used before the app is ready`);
});

test('registering a scheme after ready is a loud error', () => {
  world.isReady = true;
  expect(() => protocol.registerSchemesAsPrivileged([{ scheme: 'app' }])).toThrow('after the app is ready');
});

function openWindow(options: Record<string, unknown>): unknown {
  return BrowserWindow(options);
}
