import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { desktopEntry } from '../../app/desktop/login.ts';
import type { SessionState } from '../../contract/bridge/snapshot.ts';
import { DEFAULT_SETTINGS, type Settings, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import { fire } from './events.ts';
import { type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { appWindow, callsOf, type Machine } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

/** The person has set this, and main tells it. */
function set({ capture }: Launched, chosen: Partial<Settings>, state: SessionState = 'idle'): void {
  capture.tell(
    { state },
    { settings: { ...UNTOUCHED_SETTINGS, chosen: { ...DEFAULT_SETTINGS, ...chosen } } },
  );
}

const both = { startStop: 'CommandOrControl+Shift+R', pause: 'CommandOrControl+Shift+P' };
const refused = ({ host }: Launched) => host().shell?.refused?.now();

test('under the Electron double no key is taken from other programs where none is set', async () => {
  const launched = await launch();
  expect([...launched.world.keys]).toEqual([]);
  set(launched, { shortcuts: both });
  set(launched, { shortcuts: both });
  expect([...launched.world.keys.keys()].sort()).toEqual([both.pause, both.startStop]);
  set(launched, { shortcuts: { ...both, pause: null } });
  expect([...launched.world.keys.keys()]).toEqual([both.startStop]);
});

test('under the Electron double two shortcuts can change places', async () => {
  const launched = await launch();
  set(launched, { shortcuts: both });
  set(launched, { shortcuts: { startStop: both.pause, pause: both.startStop } });
  expect(launched.world.keys.size).toBe(2);
  set(launched, { shortcuts: { startStop: both.pause, pause: both.startStop } }, 'recording');
  launched.world.keys.get(both.pause)?.();
  expect(launched.capture.calls).toEqual([{ name: 'session.stop', request: {} }]);
});

test.each<[SessionState, readonly string[], readonly string[]]>([
  ['idle', [], []],
  ['consenting', ['session.stop'], []],
  ['starting', ['session.stop'], ['session.pause']],
  ['recording', ['session.stop'], ['session.pause']],
  ['paused', ['session.stop'], ['session.resume']],
  ['stopping', [], []],
  ['complete', ['session.renew'], []],
])('[P05][P06] under the Electron double the keys in %s ask for %j and %j', async (state, first, then) => {
  const launched = await launch();
  const { world, capture } = launched;
  set(launched, { shortcuts: both }, state);
  world.keys.get(both.startStop)?.();
  expect(capture.calls.map(({ name }) => name)).toEqual(first);
  world.keys.get(both.pause)?.();
  expect(capture.calls.map(({ name }) => name)).toEqual([...first, ...then]);
});

test('[P01] under the Electron double the key that starts shows the consent and starts nothing', async () => {
  const launched = await launch();
  set(launched, { shortcuts: both });
  launched.world.keys.get(both.startStop)?.();
  expect(appWindow(launched.world).visible).toBe(true);
  expect(launched.capture.calls).toEqual([]);
});

test('under the Electron double keys that another program has, or that cannot be read, are told until they are changed', async () => {
  const launched = await launch({ takenKeys: [both.pause] });
  let changes = 0;
  const unheard = launched.host().shell?.refused?.onChange(() => {
    changes += 1;
  });
  set(launched, { shortcuts: both });
  expect([refused(launched), changes]).toEqual([['pause'], 1]);
  expect(logged()).toContain('"event":"shortcut.refused","name":"pause"');
  set(launched, { shortcuts: { startStop: 'AltGr+Escape', pause: 'F9' } });
  expect([refused(launched), changes]).toEqual([['startStop'], 3]);
  set(launched, { shortcuts: { startStop: null, pause: 'F9' } });
  expect([refused(launched), changes]).toEqual([[], 4]);
  unheard?.();
});

test.each(['darwin', 'win32'] as const)(
  'under the Electron double %s starts the app with the session where that is set, and only then',
  async (platform) => {
    const launched = await launch({ platform });
    expect(callsOf('app.setLoginItemSettings')).toEqual([]);
    set(launched, { startAtLogin: true });
    set(launched, { startAtLogin: true });
    await vi.waitFor(() => expect(launched.world.opensAtLogin).toBe(true));
    const args = platform === 'win32' ? { args: ['--at-login'] } : {};
    expect(callsOf('app.setLoginItemSettings')).toEqual([[{ openAtLogin: true, ...args }]]);
    expect(refused(launched)).toEqual([]);
    set(launched, { startAtLogin: false });
    await vi.waitFor(() => expect(launched.world.opensAtLogin).toBe(false));
  },
);

test.each(['darwin', 'win32'] as const)(
  'under the Electron double a start with the session that %s does not allow is told in the settings',
  async (platform) => {
    const launched = await launch({ platform, allowsLogin: false });
    set(launched, { startAtLogin: true });
    await vi.waitFor(() => expect(refused(launched)).toEqual(['startAtLogin']));
  },
);

test('under the Electron double what is not packaged is started with no session', async () => {
  const launched = await launch({ platform: 'darwin', packaged: false });
  set(launched, { startAtLogin: true });
  expect(callsOf('app.setLoginItemSettings')).toEqual([]);
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tallylight-login-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

test('under the Electron double Linux starts it by a file of the desktop, which goes with the setting', async () => {
  const config = await folder();
  const file = join(config, 'autostart', 'tallylight.desktop');
  const launched = await launch(
    {},
    { env: { XDG_CONFIG_HOME: config, APPIMAGE: '/opt/Tally light/100%.AppImage' } },
  );
  set(launched, { startAtLogin: true });
  await vi.waitFor(async () =>
    expect(await readFile(file, 'utf8')).toContain('X-GNOME-Autostart-enabled=true'),
  );
  expect(await readFile(file, 'utf8')).toBe(
    '[Desktop Entry]\nType=Application\nName=Tallylight\nExec="/opt/Tally light/100%%.AppImage" --at-login\nTerminal=false\nX-GNOME-Autostart-enabled=true\n',
  );
  set(launched, { startAtLogin: false });
  await vi.waitFor(() => expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' }));
  expect(refused(launched)).toEqual([]);
});

test('under the Electron double a file of the desktop that cannot be written is told in the settings', async () => {
  const config = await folder();
  await writeFile(join(config, 'autostart'), 'in the way');
  const launched = await launch({}, { env: { XDG_CONFIG_HOME: config } });
  set(launched, { startAtLogin: true });
  await vi.waitFor(() => expect(refused(launched)).toEqual(['startAtLogin']));
  expect(logged()).toContain('login.not-set');
});

test('a program of any name stays one argument of that file', () => {
  expect(desktopEntry('/a "b" $c `d` \\e')).toContain(
    'Exec="/a \\\\"b\\\\" \\\\$c \\\\`d\\\\` \\\\\\\\e" --at-login\n',
  );
});

test.each<[Partial<Machine>, readonly string[], boolean, boolean]>([
  [{ platform: 'darwin', atLogin: true }, [], false, false],
  [{ platform: 'win32' }, ['tallylight.exe', '--at-login'], false, false],
  [{ platform: 'linux' }, ['tallylight', '--at-login'], false, true],
  [{ platform: 'linux' }, ['tallylight'], true, false],
])(
  'under the Electron double of %j with %j the window is shown: %s, minimised: %s',
  async (machine, argv, visible, minimized) => {
    const { world } = await launch(machine, { argv });
    fire(appWindow(world).key, 'ready-to-show');
    expect(appWindow(world)).toMatchObject({ visible, minimized });
  },
);

test('under the Electron double Windows is told whose notifications these are, by the id that the installer uses', async () => {
  await launch({ platform: 'win32' });
  expect(callsOf('app.setAppUserModelId')).toEqual([['app.tallylight.desktop']]);
});
