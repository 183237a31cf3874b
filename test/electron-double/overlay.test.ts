import { expect, test, vi } from 'vitest';
import type { SessionState } from '../../contract/bridge/snapshot.ts';
import { fail } from '../../contract/result.ts';
import { DEFAULT_SETTINGS, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import { fire, tell } from './events.ts';
import { launch, logged, prepareLaunches } from './launch.ts';
import { closeByHand } from './window.ts';
import { appWindow, callsOf, type DisplayDouble, overlayOf, type WindowDouble, type World } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const laptop: DisplayDouble = {
  id: 1,
  label: 'Laptop',
  bounds: { x: 0, y: 0, width: 1440, height: 900 },
  workArea: { x: 0, y: 25, width: 1440, height: 800 },
  scaleFactor: 1,
  origin: { x: 0, y: 0 },
};
const beamer: DisplayDouble = {
  ...laptop,
  id: 2,
  bounds: { x: 1440, y: 0, width: 1920, height: 1080 },
  workArea: { x: 1440, y: 0, width: 1920, height: 1080 },
};

function light(world: World): WindowDouble {
  const found = overlayOf(world);
  if (found === undefined) throw new Error('there is no light');
  return found;
}

/** Its page is drawn, and it is shown at its place. */
async function ready(window: WindowDouble): Promise<void> {
  fire(window.key, 'ready-to-show');
  await vi.waitFor(() => expect(window.visible).toBe(true), { interval: 1 });
}

test.each<[SessionState, 'off' | 'live' | 'paused' | 'trouble', boolean]>([
  ['idle', 'off', false],
  ['consenting', 'off', false],
  ['consenting', 'live', true],
  ['starting', 'off', true],
  ['recording', 'live', true],
  ['recording', 'trouble', true],
  ['paused', 'paused', true],
  ['stopping', 'off', true],
  ['delivering', 'off', false],
  ['delivering', 'live', true],
  ['complete', 'off', false],
  ['failed', 'trouble', false],
])(
  '[P04] under the Electron double in %s with the lamp %s the light is there: %s',
  async (state, lamp, isThere) => {
    const { world, capture } = await launch();
    capture.tell({ state }, { lamp });
    expect(overlayOf(world) !== undefined).toBe(isThere);
    capture.tell({ state: 'idle' }, { lamp: 'off' });
    expect(overlayOf(world)).toBeUndefined();
  },
);

test.each(['linux', 'win32', 'darwin'] as const)(
  '[P04] under the Electron double the light of %s is small, frameless, above everything, and takes no focus',
  async (platform) => {
    const { world, capture } = await launch({ platform });
    capture.tell({ state: 'starting' });
    const { options } = light(world);
    expect(options).toEqual({
      width: 400,
      height: 40,
      title: 'Tallylight',
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      closable: false,
      skipTaskbar: true,
      acceptFirstMouse: true,
      backgroundColor: '#141412',
      ...(platform === 'darwin' && { type: 'panel' }),
      webPreferences: { ...(appWindow(world).options.webPreferences as object), backgroundThrottling: false },
    });
    expect(light(world)).toMatchObject({
      above: 'screen-saver',
      everywhere: {
        linux: {},
        darwin: { visibleOnFullScreen: true, skipTransformProcessType: true },
        win32: undefined,
      }[platform],
      // Linux cannot keep it out of the picture.
      isProtected: platform !== 'linux',
      visible: false,
    });
    await ready(light(world));
    expect(callsOf('BrowserWindow.loadURL').at(-1)).toEqual(['app://tallylight/overlay.html']);
    expect([callsOf('BrowserWindow.show'), callsOf('BrowserWindow.focus')]).toEqual([[], []]);
  },
);

test('[P04] under the Electron double nothing takes the light away while something records', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const window = light(world);
  await ready(window);
  closeByHand(window);
  expect(window.destroyed).toBe(false);
  window.visible = false;
  tell(window.key, 'hide');
  expect(window.visible).toBe(true);
  window.minimized = true;
  tell(window.key, 'minimize');
  expect(window.minimized).toBe(false);
});

test('[P04] under the Electron double a light that was destroyed all the same is there again with the next snapshot', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const first = light(world);
  first.destroyed = true;
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  expect(light(world)).not.toBe(first);
});

test('under the Electron double the light holds up no quit', async () => {
  const { world, capture } = await launch();
  capture.until = new Promise(() => undefined);
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  fire('App', 'before-quit');
  closeByHand(light(world));
  expect(overlayOf(world)).toBeUndefined();
});

test('under the Electron double the app quits with its window, also where the light is still there', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'consenting' }, { lamp: 'live' });
  closeByHand(appWindow(world));
  expect(overlayOf(world)).toBeDefined();
  await vi.waitFor(() => expect(world.exitCode).toBe(0), { interval: 1 });
  expect(capture.closed()).toBe(1);
});

test('under the Electron double every snapshot is sent to the light as well', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  capture.tell({ state: 'paused' }, { lamp: 'paused' });
  expect(light(world).sent.at(-1)?.value).toEqual(appWindow(world).sent.at(-1)?.value);
});

test('under the Electron double a page of the light that crashed is loaded again, three times at most', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  for (let crash = 0; crash < 5; crash += 1)
    fire(light(world).contents, 'render-process-gone', { reason: 'oom' });
  expect(callsOf('WebContents.reload')).toHaveLength(3);
  expect(logged()).toContain('overlay.gone');
});

test('[P04] under the Electron double the light goes to a display that is there, and comes back with the other', async () => {
  const { world, capture } = await launch({ displays: [laptop, beamer] });
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const window = light(world);
  await ready(window);
  vi.useFakeTimers();
  expect(window.bounds).toEqual({ x: 16, y: 769, width: 400, height: 40 });

  // The person drags it to the beamer.
  window.bounds = { ...window.bounds, x: 2000, y: 100 };
  tell(window.key, 'move');
  await vi.advanceTimersByTimeAsync(500);
  world.machine = { ...world.machine, displays: [laptop] };
  // The system moves it from the display that goes before it tells of that.
  window.bounds = { ...window.bounds, x: 700, y: 0 };
  tell(window.key, 'move');
  window.visible = false;
  fire('Screen', 'display-removed', {});
  await vi.advanceTimersByTimeAsync(500);
  expect(window).toMatchObject({ bounds: { x: 16, y: 769 }, visible: true });

  world.machine = { ...world.machine, displays: [laptop, beamer] };
  fire('Screen', 'display-added', {});
  expect(window).toMatchObject({ bounds: { x: 2000, y: 100 }, visible: true });
  expect(capture.calls).toHaveLength(1);
});

test('under the Electron double the place of the light is a setting, found again at the next start', async () => {
  const { world, capture } = await launch({ displays: [laptop, beamer] });
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const window = light(world);
  await ready(window);
  vi.useFakeTimers();
  for (const x of [100, 200, 300]) {
    window.bounds = { ...window.bounds, x, y: 25 };
    tell(window.key, 'move');
  }
  await vi.advanceTimersByTimeAsync(500);
  const overlayPlaces = { 1: { x: 300, y: 25 } };
  expect(capture.calls).toEqual([{ name: 'settings.change', request: { overlayPlaces } }]);
  vi.useRealTimers();

  const next = await launch({ displays: [beamer, laptop] });
  const settings = { ...UNTOUCHED_SETTINGS, chosen: { ...DEFAULT_SETTINGS, overlayPlaces } };
  next.capture.tell({ state: 'recording' }, { lamp: 'live', settings });
  await ready(light(next.world));
  expect(light(next.world).bounds).toMatchObject({ x: 300, y: 25 });
});

test('under the Electron double what cannot be saved of its place is logged, and holds for this run', async () => {
  const { world, capture } = await launch({ displays: [laptop] });
  capture.refusal = fail('settings-unwritable');
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  await ready(light(world));
  vi.useFakeTimers();
  light(world).bounds = { ...light(world).bounds, x: 300, y: 25 };
  tell(light(world).key, 'move');
  await vi.advanceTimersByTimeAsync(500);
  vi.useRealTimers();
  expect(logged()).toContain('"code":"settings-unwritable"');
  capture.tell({ state: 'complete' });
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  await ready(light(world));
  expect(light(world).bounds).toMatchObject({ x: 300, y: 25 });
});
