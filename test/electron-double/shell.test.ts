import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { desktopShell } from '../../app/desktop/shell.ts';
import { displaysOfMac } from '../../main/channels/macos-displays.ts';
import type { PowerEvent, Shell } from '../../main/host.ts';
import { macosPermissions } from '../../native-permissions/macos.ts';
import { EVENTS, listeners, tell } from './events.ts';
import { launch, prepareLaunches } from './launch.ts';
import { callsOf, type DisplayDouble, freshWorld, type Machine } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const BUILDER = readFileSync(new URL('../../electron-builder.yml', import.meta.url), 'utf8');

/** The whole shell that main is given on such a machine. */
async function shellOf(
  machine: Partial<Machine>,
): Promise<Required<Omit<Shell, 'systemAudio' | 'reopen' | 'refused' | 'chooseFile'>>> {
  const {
    bundleId = 'none',
    settings,
    displays,
    pointer,
    onPower,
  } = (await launch(machine)).host().shell ?? {};
  if (settings === undefined || displays === undefined || pointer === undefined || onPower === undefined)
    throw new Error('main was not given the whole shell');
  return { bundleId, settings, displays, pointer, onPower };
}

const display = (id: number, changes: Partial<DisplayDouble> = {}): DisplayDouble => ({
  id,
  label: `Display of ${id}`,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  scaleFactor: 1,
  origin: { x: 0, y: 0 },
  ...changes,
});

test('under the Electron double main gets of a Linux desktop its power alone, and asks Electron nothing else', async () => {
  const { world, host } = await launch({ platform: 'linux' });
  expect(Object.keys(host().shell ?? {})).toEqual(['refused', 'onPower']);
  expect(world.calls.filter(({ name }) => /^(systemPreferences|screen|desktopCapturer)/.test(name))).toEqual(
    [],
  );
});

test.each(['linux', 'darwin', 'win32'] as const)(
  'under the Electron double system audio is handed on on %s where it is built, and not there where it is not',
  (platform) => {
    freshWorld({ platform });
    const systemAudio = { open: vi.fn() };
    expect(desktopShell(platform, { systemAudio }).systemAudio).toBe(systemAudio);
    expect(desktopShell(platform)).not.toHaveProperty('systemAudio');
  },
);

test.each([
  ['darwin', true, /^appId: (.*)$/m.exec(BUILDER)?.[1]],
  ['darwin', false, 'none'],
  ['win32', true, 'none'],
] as const)(
  'under the Electron double the bundle on %s, packaged %s, is %s',
  async (platform, packaged, bundleId) => {
    expect((await shellOf({ platform, packaged })).bundleId).toBe(bundleId);
  },
);

test.each([
  ['darwin', 'not-determined', 'denied'],
  ['darwin', 'restricted', 'granted'],
  ['win32', 'denied', 'granted'],
] as const)(
  'under the Electron double access on %s is told as Electron tells it: microphone %s, screen %s',
  async (platform, microphone, screen) => {
    const { settings } = await shellOf({
      platform,
      access: { microphone, screen },
    });
    expect([settings.mediaAccess('microphone'), settings.mediaAccess('screen')]).toEqual([
      microphone,
      screen,
    ]);
  },
);

test('under the Electron double macOS is asked for the microphone, and its answer comes back', async () => {
  const yes = await shellOf({ platform: 'darwin', answers: { microphone: true } });
  expect(await yes.settings.askForMedia('microphone')).toBe(true);
  const no = await shellOf({ platform: 'darwin', answers: { microphone: false } });
  expect(await no.settings.askForMedia('microphone')).toBe(false);
  expect(callsOf('systemPreferences.askForMediaAccess')).toEqual([['microphone']]);
});

test('under the Electron double system audio is refused by this Electron and answered by one that knows it', async () => {
  const { settings } = await shellOf({ platform: 'darwin' });
  await expect(settings.askForMedia('system-audio')).rejects.toThrow('Invalid media type');
  const later = await shellOf({ platform: 'darwin', answers: { 'system-audio': false } });
  expect(await later.settings.askForMedia('system-audio')).toBe(false);
});

test('under the Electron double the screen is touched by a capture of one pixel, and a refusal is told', async () => {
  const { settings } = await shellOf({ platform: 'darwin' });
  await settings.touchScreen();
  expect(callsOf('desktopCapturer.getSources')).toEqual([
    [{ types: ['screen'], thumbnailSize: { width: 1, height: 1 } }],
  ]);
  const denied = await shellOf({ platform: 'darwin', access: { microphone: 'granted', screen: 'denied' } });
  await expect(denied.settings.touchScreen()).rejects.toBe('Failed to get sources.');
});

test('under the Electron double Windows is never asked, as nobody would answer', async () => {
  const { settings } = await shellOf({ platform: 'win32' });
  await expect(settings.askForMedia('microphone')).rejects.toThrow('win32 asks nobody');
  await expect(settings.touchScreen()).rejects.toThrow('win32 asks nobody');
  expect(callsOf('desktopCapturer.getSources')).toEqual([]);
});

const MACOS_PAGE = 'x-apple.systempreferences:com.apple.preference.security?Privacy_';

test.each([
  ['darwin', `${MACOS_PAGE}Microphone`],
  ['darwin', `${MACOS_PAGE}ScreenCapture`],
  ['darwin', `${MACOS_PAGE}AudioCapture`],
  ['win32', 'ms-settings:privacy-microphone'],
  ['win32', 'ms-settings:display'],
  ['win32', 'ms-settings:sound'],
] as const)(
  'under the Electron double the system opens on %s the settings page %s',
  async (platform, page) => {
    const { settings } = await shellOf({ platform });
    await settings.openUrl(page);
    expect(callsOf('shell.openExternal')).toEqual([[page]]);
  },
);

test.each([
  ['darwin', 'https://example.com/'],
  ['darwin', 'file:///etc/passwd'],
  ['darwin', `${MACOS_PAGE}Camera`],
  ['darwin', `${MACOS_PAGE}Microphone&x`],
  ['darwin', ` ${MACOS_PAGE}Microphone`],
  ['darwin', 'ms-settings:sound'],
  ['darwin', ''],
  ['win32', 'https://example.com/'],
  ['win32', 'MS-SETTINGS:sound'],
  ['win32', 'ms-settings:privacy-webcam'],
  ['win32', `${MACOS_PAGE}Microphone`],
] as const)('under the Electron double nothing else is ever opened, on %s not %j', async (platform, url) => {
  const { settings } = await shellOf({ platform });
  await expect(settings.openUrl(url)).rejects.toThrow(`not a settings page of ${platform}`);
  expect(callsOf('shell.openExternal')).toEqual([]);
});

test('under the Electron double the permissions of macOS ask and open through this shell', async () => {
  const { settings } = await shellOf({
    platform: 'darwin',
    access: { microphone: 'not-determined', screen: 'denied' },
  });
  const permissions = macosPermissions({
    env: {},
    screen: { kind: 'missing', why: 'not macOS' },
    release: '25.0.0',
    settings,
  });
  await permissions.request('microphone');
  await permissions.request('screen-capture');
  expect((await permissions.request('system-audio')).state).toBe('unknown');
  expect(callsOf('systemPreferences.askForMediaAccess')).toEqual([['microphone'], ['system-audio']]);
  expect(callsOf('desktopCapturer.getSources')).toHaveLength(1);
  expect(await permissions.openSettings('system-audio')).toEqual({ ok: true, value: undefined });
  expect(callsOf('shell.openExternal')).toEqual([[`${MACOS_PAGE}AudioCapture`]]);
});

const RETINA = display(1, { bounds: { x: 0, y: 0, width: 1512, height: 982 }, scaleFactor: 2 });
/** To the right of it; its pixels begin, by points times scale, in the middle of the other's. */
const RIGHT = display(5, { bounds: { x: 1512, y: -98, width: 2560, height: 1440 } });
const LEFT = display(6, { bounds: { x: -1920, y: 0, width: 1920, height: 1080 } });

test('under the Electron double the displays of macOS lie where CoreGraphics and main lay them', async () => {
  const displays = [RETINA, RIGHT, LEFT];
  const told = (await shellOf({ platform: 'darwin', displays })).displays();
  const byMain = displaysOfMac(
    displays.map(({ id, bounds, scaleFactor }) => ({
      id,
      isMain: id === RETINA.id,
      isBuiltin: false,
      vendor: 1,
      model: 1,
      serial: id,
      unit: id,
      bounds,
      pixels: { width: bounds.width * scaleFactor, height: bounds.height * scaleFactor },
    })),
  );
  expect(told.map(({ area }) => area)).toEqual(byMain.map(({ area }) => area));
  expect(told[0]).toEqual({
    id: '1',
    label: 'Display of 1',
    isPrimary: true,
    area: { x: 0, y: 0, width: 3024, height: 1964 },
    scaleFactor: 2,
  });
  expect(told.map(({ isPrimary }) => isPrimary)).toEqual([true, false, false]);
});

test.each([
  ['at 100 %', 1, { width: 1920, height: 1080 }, { width: 1920, height: 1080 }],
  ['at 100 %, of an odd size', 1, { width: 1365, height: 767 }, { width: 1365, height: 767 }],
  ['at 106 dpi', Math.fround(106 / 96), { width: 960, height: 480 }, { width: 1060, height: 530 }],
  ['at 125 %', 1.25, { width: 1536, height: 864 }, { width: 1920, height: 1080 }],
  ['at 150 %', 1.5, { width: 1707, height: 960 }, { width: 2560, height: 1440 }],
  ['at 175 %', 1.75, { width: 1098, height: 618 }, { width: 1920, height: 1080 }],
  ['at 200 %', 2, { width: 1920, height: 1080 }, { width: 3840, height: 2160 }],
])(
  'under the Electron double a Windows display %s has the pixels of the system, not one more',
  async (_how, scaleFactor, dips, pixels) => {
    const displays = [
      display(1),
      display(2, { bounds: { x: 1920, y: 10, ...dips }, scaleFactor, origin: { x: 1920, y: 15 } }),
    ];
    const [, second] = (await shellOf({ platform: 'win32', displays })).displays();
    expect(second).toMatchObject({
      id: '2',
      isPrimary: false,
      scaleFactor,
      area: { x: 1920, y: 15, ...pixels },
    });
  },
);

test('under the Electron double a display whose id Electron does not know yet is left out', async () => {
  const { displays } = await shellOf({ platform: 'darwin', displays: [RETINA, display(-1)] });
  expect(displays().map(({ id }) => id)).toEqual(['1']);
});

test.each([
  ['on the main display', { x: 100, y: 50 }, { x: 200, y: 100 }],
  ['in its last point', { x: 700, y: 981 }, { x: 1400, y: 1962 }],
  ['on a display of another scale', { x: 4000, y: 1000 }, { x: 4000, y: 1000 }],
  ['on a display to the left', { x: -1920, y: 0 }, { x: -1920, y: 0 }],
  ['where the pixels of two displays overlap, on the one', { x: 1000, y: 50 }, null],
  ['where the pixels of two displays overlap, on the other', { x: 1600, y: 100 }, null],
  ['on no display', { x: 100, y: 5000 }, null],
])(
  'under the Electron double the pointer of macOS %s is told in pixels or not at all',
  async (_where, cursor, told) => {
    const { pointer, displays } = await shellOf({
      platform: 'darwin',
      displays: [RETINA, RIGHT, LEFT],
      cursor,
    });
    expect(pointer()).toEqual(told);
    const around = displays().filter(
      ({ area: { x, y, width, height } }) =>
        told !== null && told.x >= x && told.y >= y && told.x < x + width && told.y < y + height,
    );
    expect(around).toHaveLength(told === null ? 0 : 1);
  },
);

test('under the Electron double the pointer of Windows is told in pixels of the whole desktop', async () => {
  const bounds = { x: 1920, y: 0, width: 1707, height: 960 };
  const displays = [display(1), display(2, { bounds, scaleFactor: 1.5, origin: { x: 1920, y: 0 } })];
  const at = async (cursor: Machine['cursor']) =>
    (await shellOf({ platform: 'win32', displays, cursor })).pointer();
  expect(await at({ x: 1919, y: 1079 })).toEqual({ x: 1919, y: 1079 });
  expect(await at({ x: 2020, y: 100 })).toEqual({ x: 2070, y: 150 });
});

test('under the Electron double what the machine is about to do is told until nobody wants to hear it', async () => {
  const { onPower } = await shellOf({ platform: 'darwin' });
  const [first, second]: [PowerEvent[], PowerEvent[]] = [[], []];
  const stop = onPower((event) => first.push(event));
  onPower((event) => second.push(event));
  const happen = () => {
    for (const event of ['lock-screen', 'suspend', 'resume', 'unlock-screen']) tell('PowerMonitor', event);
  };
  happen();
  expect(first).toEqual(['lock', 'suspend', 'resume', 'unlock']);
  stop();
  happen();
  expect(first).toHaveLength(4);
  expect(second).toHaveLength(8);
  for (const event of EVENTS.PowerMonitor) expect(listeners('PowerMonitor', event)).toHaveLength(1);
});
