import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { SessionState } from '../../contract/bridge/snapshot.ts';
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
      width: 380,
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
  expect(window.bounds).toEqual({ x: 16, y: 769, width: 380, height: 40 });

  // The person drags it to the beamer.
  window.bounds = { ...window.bounds, x: 2000, y: 100 };
  tell(window.key, 'move');
  vi.advanceTimersByTime(500);
  world.machine = { ...world.machine, displays: [laptop] };
  // The system moves it from the display that goes before it tells of that.
  window.bounds = { ...window.bounds, x: 700, y: 0 };
  tell(window.key, 'move');
  window.visible = false;
  fire('Screen', 'display-removed', {});
  vi.advanceTimersByTime(500);
  expect(window).toMatchObject({ bounds: { x: 16, y: 769 }, visible: true });

  world.machine = { ...world.machine, displays: [laptop, beamer] };
  fire('Screen', 'display-added', {});
  expect(window).toMatchObject({ bounds: { x: 2000, y: 100 }, visible: true });
});

test('under the Electron double the place of the light is kept for the next start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-overlay-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const machine = { displays: [laptop], userData: dataDir };
  const first = await launch(machine);
  first.capture.tell({ state: 'recording' }, { lamp: 'live' });
  const window = light(first.world);
  await ready(window);
  window.bounds = { ...window.bounds, x: 300, y: 25 };
  tell(window.key, 'move');
  const held = () => readFile(join(dataDir, 'overlay.json'), 'utf8').catch(() => '');
  await vi.waitFor(async () => expect(await held()).toContain('"x":300'), { interval: 10, timeout: 10_000 });

  const second = await launch(machine);
  second.capture.tell({ state: 'recording' }, { lamp: 'live' });
  await ready(light(second.world));
  expect(light(second.world).bounds).toMatchObject({ x: 300, y: 25 });
});
