import { expect, test, vi } from 'vitest';
import type { SessionState } from '../../contract/bridge/snapshot.ts';
import { fire, tell } from './events.ts';
import { choose } from './face.ts';
import { launch, logged, prepareLaunches } from './launch.ts';
import { closeByHand } from './window.ts';
import { appWindow, callsOf, only } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const exited = () => vi.waitFor(() => expect(callsOf('app.exit')).toEqual([[0]]), { interval: 1 });

test('under the Electron double a second instance quits before it opens anything', async () => {
  const { world } = await launch({ first: false });
  expect(world.calls.map(({ name }) => name)).toEqual(['app.requestSingleInstanceLock', 'app.quit']);
});

test('under the Electron double the first instance shows its window when a second is started', async () => {
  const { world } = await launch();
  const window = appWindow(world);
  window.minimized = true;
  fire('App', 'second-instance', ['tallylight'], '/', {});
  expect(window).toMatchObject({ visible: true, minimized: false });
  expect(callsOf('BrowserWindow.focus')).toHaveLength(1);
});

test.each(['starting', 'recording', 'paused', 'stopping'] as const)(
  '[P04] under the Electron double closing the window in %s minimises it and ends nothing',
  async (state) => {
    const { world, capture } = await launch();
    capture.tell({ state });
    closeByHand(appWindow(world));
    expect(appWindow(world)).toMatchObject({ minimized: true, destroyed: false });
    expect([capture.closed(), capture.calls, callsOf('app.quit')]).toEqual([0, [], []]);
  },
);

test.each<SessionState>(['idle', 'delivering', 'complete', 'failed'])(
  'under the Electron double closing the window in %s quits, by way of the capture',
  async (state) => {
    const { world, capture } = await launch();
    capture.tell({ state });
    closeByHand(appWindow(world));
    await exited();
    expect(capture.closed()).toBe(1);
  },
);

test('under the Electron double closing the idle window on macOS hides it, and activate shows it again', async () => {
  const { world, capture } = await launch({ platform: 'darwin' });
  const window = appWindow(world);
  window.visible = true;
  closeByHand(window);
  expect([window.visible, capture.closed()]).toEqual([false, 0]);
  fire('App', 'activate', false);
  expect(window.visible).toBe(true);
});

test('under the Electron double quitting while it records finalizes before it exits', async () => {
  const { world, capture } = await launch();
  const finalized = Promise.withResolvers<void>();
  capture.until = finalized.promise;
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  choose(only(world.trays), 'Quit');
  await vi.waitFor(() => expect(capture.closed()).toBe(1), { interval: 1 });
  expect(world.exitCode).toBeUndefined();
  finalized.resolve();
  await exited();
});

test.each([
  ['before-quit again and again', () => [fire('App', 'before-quit'), fire('App', 'before-quit')]],
  ['the end of the Windows session', () => fire('window 1', 'session-end')],
  ['a shutdown told with an event', () => fire('PowerMonitor', 'shutdown')],
  ['a shutdown told without one', () => tell('PowerMonitor', 'shutdown')],
])('under the Electron double %s closes the capture once and then exits', async (_what, happens) => {
  const { capture } = await launch();
  capture.tell({ state: 'recording' });
  happens();
  await exited();
  expect(capture.closed()).toBe(1);
});

test('under the Electron double a capture that hangs holds the exit for five seconds and no longer', async () => {
  const { world, capture } = await launch();
  capture.until = new Promise(() => undefined);
  vi.useFakeTimers();
  fire('App', 'before-quit');
  await vi.advanceTimersByTimeAsync(4999);
  expect(world.exitCode).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(world.exitCode).toBe(0);
  expect(logged()).toContain('desktop.left-unfinished');
});

test('under the Electron double a capture that fails to close is logged and the app exits', async () => {
  const { capture } = await launch();
  capture.until = Promise.reject(new Error('the disk is gone'));
  fire('App', 'before-quit');
  await exited();
  expect(logged()).toContain('the disk is gone');
});

test('under the Electron double a page that crashed is loaded again, three times at most, and ends no recording', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  for (let crash = 0; crash < 5; crash += 1)
    fire(appWindow(world).contents, 'render-process-gone', { reason: 'oom' });
  expect(callsOf('WebContents.reload')).toHaveLength(3);
  expect([capture.closed(), capture.calls]).toEqual([0, []]);
});
