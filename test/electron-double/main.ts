import { assertNotReady, assertPlatform, assertReady, emitter, fire } from './events.ts';
import { Menu, Notification, Tray } from './face.ts';
import { MessageChannelMain } from './message-channel.ts';
import {
  anything,
  bytes,
  call,
  flag,
  type Known,
  listOf,
  method,
  oneOf,
  shape,
  strict,
  text,
  whole,
} from './strict.ts';
import { desktopCapturer, nativeTheme, screen, systemPreferences } from './system.ts';
import { BrowserWindow } from './window.ts';
import { type BoxDouble, complain, type Listener, world } from './world.ts';

const loginItem = shape({ openAtLogin: flag, args: listOf(text) } satisfies Known<Electron.Settings>);

export const app = strict('app', {
  ...emitter('App'),
  get isPackaged() {
    return world.machine.packaged;
  },
  requestSingleInstanceLock: method('app.requestSingleInstanceLock', [], () => world.machine.first),
  enableSandbox: method('app.enableSandbox', [], () => assertNotReady('app.enableSandbox')),
  whenReady: method('app.whenReady', [], () => world.ready.promise),
  getPath: method('app.getPath', [oneOf('userData')], () => world.machine.userData),
  setAppUserModelId: method('app.setAppUserModelId', [text], () =>
    assertPlatform('app.setAppUserModelId', 'win32'),
  ),
  setLoginItemSettings: method('app.setLoginItemSettings', [loginItem], (given: { openAtLogin: boolean }) => {
    assertPlatform('app.setLoginItemSettings', 'darwin', 'win32');
    if (world.machine.allowsLogin) world.opensAtLogin = given.openAtLogin;
  }),
  getLoginItemSettings: (...given: unknown[]) => {
    assertPlatform('app.getLoginItemSettings', 'darwin', 'win32');
    method('app.getLoginItemSettings', given.length === 0 ? [] : [loginItem])(...given);
    const { platform, atLogin } = world.machine;
    return strict('LoginItemSettings', {
      openAtLogin: world.opensAtLogin,
      ...(platform === 'darwin' && { wasOpenedAtLogin: atLogin }),
      ...(platform === 'win32' && { executableWillLaunchAtLogin: world.opensAtLogin }),
    } satisfies Known<Electron.LoginItemSettings>);
  },
  setAsDefaultProtocolClient: method('app.setAsDefaultProtocolClient', [oneOf('tallylight')], () => true),
  getPreferredSystemLanguages: method('app.getPreferredSystemLanguages', [], () => {
    assertReady('app.getPreferredSystemLanguages');
    return world.machine.languages;
  }),
  quit: method('app.quit', [], () => {
    if (!fire('App', 'before-quit')) world.exitCode = 0;
  }),
  // Each call starts another instance once this one has exited.
  relaunch: method('app.relaunch', [], () =>
    world.exitCode === undefined ? undefined : complain('app.relaunch after the exit'),
  ),
  exit: method('app.exit', [whole], (code: number) => {
    world.exitCode = code;
  }),
} satisfies Known<Electron.App>);

export const powerMonitor = strict(
  'powerMonitor',
  emitter('PowerMonitor') satisfies Known<Electron.PowerMonitor>,
);

export const globalShortcut = strict('globalShortcut', {
  register: method('globalShortcut.register', [text, call], (keys: string, act: () => void) => {
    assertReady('globalShortcut.register');
    if (keys === 'AltGr+Escape')
      throw new TypeError('Error processing argument at index 0, conversion failure');
    if (world.machine.takenKeys.includes(keys)) return false;
    if (world.keys.has(keys)) complain(`globalShortcut.register: ${keys} is registered already`);
    world.keys.set(keys, act);
    return true;
  }),
  unregister: method('globalShortcut.unregister', [text], (keys: string) => {
    if (!world.keys.delete(keys)) complain(`globalShortcut.unregister: ${keys} is not registered`);
  }),
} satisfies Known<Electron.GlobalShortcut>);

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start: method('powerSaveBlocker.start', [oneOf('prevent-app-suspension')], (type: string) => {
    const id = world.calls.length;
    world.blockers.set(id, type);
    return id;
  }),
  stop: method('powerSaveBlocker.stop', [whole], (id: number) => world.blockers.delete(id)),
} satisfies Known<Electron.PowerSaveBlocker>);

const box = shape({
  type: oneOf('info', 'question'),
  message: text,
  detail: text,
  buttons: listOf(text),
  defaultId: whole,
  cancelId: whole,
  noLink: flag,
} satisfies Known<Electron.MessageBoxOptions>);

/** The person answers with the index of a button. */
export const dialog = strict('dialog', {
  showMessageBox: method(
    'dialog.showMessageBox',
    [anything, box],
    async (_window: object, given: BoxDouble) => {
      assertReady('dialog.showMessageBox');
      world.boxes.push(given);
      return { response: await world.answer(given), checkboxChecked: false };
    },
  ),
} satisfies Known<Electron.Dialog>);

const privileges = shape({
  standard: flag,
  secure: flag,
  supportFetchAPI: flag,
} satisfies Known<Electron.Privileges>);
const scheme = shape({ scheme: oneOf('app'), privileges } satisfies Known<Electron.CustomScheme>);

function handleIn(partition: string) {
  return method(
    'protocol.handle',
    [text, call],
    (name: string, handler: (r: Request) => Promise<Response>) => {
      assertReady('protocol.handle');
      if (!world.privileged.has(name)) complain(`protocol.handle: ${name} was not registered as privileged`);
      const at = partition + name;
      if (world.schemes.has(at)) complain(`protocol.handle: ${at} is handled already`);
      world.schemes.set(at, handler);
    },
  );
}

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged: method(
    'protocol.registerSchemesAsPrivileged',
    [listOf(scheme)],
    (schemes: readonly { scheme: string; privileges: unknown }[]) => {
      assertNotReady('protocol.registerSchemesAsPrivileged');
      for (const entry of schemes) world.privileged.set(entry.scheme, entry.privileges);
    },
  ),
  handle: handleIn(''),
} satisfies Known<Electron.Protocol>);

export const ipcMain = strict('ipcMain', {
  handle: method('ipcMain.handle', [text, call], (channel: string, handler: Listener) => {
    if (world.ipcHandlers.has(channel)) complain(`ipcMain.handle: ${channel} is handled already`);
    world.ipcHandlers.set(channel, handler);
  }),
} satisfies Known<Electron.IpcMain>);

const sessionHandler = (name: string, partition: string) =>
  method(name, [call], (handler: Listener) => void world.sessionHandlers.set(partition + name, handler));

const handlersOf = (partition: string) => ({
  setPermissionCheckHandler: sessionHandler('Session.setPermissionCheckHandler', partition),
  setPermissionRequestHandler: sessionHandler('Session.setPermissionRequestHandler', partition),
  setDevicePermissionHandler: sessionHandler('Session.setDevicePermissionHandler', partition),
  webRequest: strict('WebRequest', {
    onBeforeRequest: sessionHandler('WebRequest.onBeforeRequest', partition),
  } satisfies Known<Electron.WebRequest>),
});

const defaultSession = strict('Session', handlersOf('') satisfies Known<Electron.Session>);

/** Handlers are remembered under its name, a space and theirs; its scheme likewise. */
function partitionOf(name: string): object {
  assertReady('session.fromPartition');
  const apart = `${name} `;
  return strict('Session', {
    ...handlersOf(apart),
    setDisplayMediaRequestHandler: sessionHandler('Session.setDisplayMediaRequestHandler', apart),
    protocol: strict('Protocol', { handle: handleIn(apart) } satisfies Known<Electron.Protocol>),
  } satisfies Known<Electron.Session>);
}

export const session = strict('session', {
  get defaultSession() {
    assertReady('session.defaultSession');
    return defaultSession;
  },
  fromPartition: method('session.fromPartition', [oneOf('loopback')], partitionOf),
} satisfies Known<typeof Electron.Session>);

/** Keeps the plain text behind a mark: a double can tell that it was called, never that anything is secret. */
const MARK = 'not encrypted, a double:';

export const safeStorage = strict('safeStorage', {
  isAsyncEncryptionAvailable: method('safeStorage.isAsyncEncryptionAvailable', [], async () => {
    assertReady('safeStorage');
    return world.machine.encryption;
  }),
  getSelectedStorageBackend: method('safeStorage.getSelectedStorageBackend', [], () =>
    world.machine.platform === 'linux'
      ? world.machine.backend
      : complain('safeStorage.getSelectedStorageBackend is not there outside Linux'),
  ),
  encryptStringAsync: method('safeStorage.encryptStringAsync', [text], async (plain: string) =>
    Buffer.from(MARK + plain),
  ),
  decryptStringAsync: method('safeStorage.decryptStringAsync', [bytes], async (sealed: Buffer) => {
    if (!sealed.toString().startsWith(MARK)) throw new Error('Error while decrypting the ciphertext');
    return { shouldReEncrypt: false, result: sealed.toString().slice(MARK.length) };
  }),
} satisfies Known<Electron.SafeStorage>);

export {
  BrowserWindow,
  desktopCapturer,
  Menu,
  MessageChannelMain,
  Notification,
  nativeTheme,
  screen,
  systemPreferences,
  Tray,
};

/** What this module exports is what electron.d.ts declares for `electron/main`. */
({
  app,
  BrowserWindow,
  desktopCapturer,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  systemPreferences,
  Tray,
}) satisfies {
  readonly [K in keyof typeof Electron.Main]?: unknown;
};
