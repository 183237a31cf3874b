import { expect, test, vi } from 'vitest';
import { fire } from './events.ts';
import { type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { callsOf } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const exited = () => vi.waitFor(() => expect(callsOf('app.exit')).toEqual([[0]]), { interval: 1 });

function reopenOf({ host }: Launched): () => Promise<void> {
  const reopen = host().shell?.reopen;
  if (reopen === undefined) throw new Error('main was given no way to reopen');
  return reopen;
}

const order = ({ world }: Launched) =>
  world.calls.map(({ name }) => name).filter((name) => name === 'app.relaunch' || name === 'app.exit');

test.each(['darwin', 'win32'] as const)(
  '[P02] under the Electron double reopening on %s finishes the recording, and only then starts the app anew and exits',
  async (platform) => {
    const launched = await launch({ platform });
    const finalized = Promise.withResolvers<void>();
    launched.capture.until = finalized.promise;
    launched.capture.tell({ state: 'recording' }, { lamp: 'live' });
    await reopenOf(launched)();
    await vi.waitFor(() => expect(launched.capture.closed()).toBe(1), { interval: 1 });
    expect(order(launched)).toEqual([]);
    finalized.resolve();
    await exited();
    expect(order(launched)).toEqual(['app.relaunch', 'app.exit']);
  },
);

test('under the Electron double an app from source is not offered to reopen: what runs beside it ends with it', async () => {
  const { host } = await launch({ platform: 'darwin', packaged: false });
  expect(host().shell).not.toHaveProperty('reopen');
});

test('under the Electron double Linux is not offered to reopen', async () => {
  const { host } = await launch({ platform: 'linux' });
  expect(host().shell).not.toHaveProperty('reopen');
});

test('under the Electron double reopening keeps the rest of the shell', async () => {
  const { host } = await launch({ platform: 'darwin' });
  expect(Object.keys(host().shell ?? {})).toEqual(expect.arrayContaining(['settings', 'onPower', 'reopen']));
});

test('under the Electron double reopening again and again starts one app anew', async () => {
  const launched = await launch({ platform: 'darwin' });
  const reopen = reopenOf(launched);
  await Promise.all([reopen(), reopen()]);
  fire('App', 'before-quit');
  await exited();
  expect(order(launched)).toEqual(['app.relaunch', 'app.exit']);
  expect(launched.capture.closed()).toBe(1);
});

test('under the Electron double a quit that has begun stays a quit', async () => {
  const launched = await launch({ platform: 'darwin' });
  fire('App', 'before-quit');
  await reopenOf(launched)();
  await exited();
  expect(order(launched)).toEqual(['app.exit']);
});

test('under the Electron double a capture that hangs holds reopening for five seconds and no longer', async () => {
  const launched = await launch({ platform: 'darwin' });
  const late = Promise.withResolvers<void>();
  launched.capture.until = late.promise;
  vi.useFakeTimers();
  await reopenOf(launched)();
  await vi.advanceTimersByTimeAsync(4999);
  expect(order(launched)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  late.resolve();
  await vi.advanceTimersByTimeAsync(1);
  expect(order(launched)).toEqual(['app.relaunch', 'app.exit']);
  expect(logged()).toContain('desktop.left-unfinished');
});

test('[P47] under the Electron double the secret comes back into the environment only where the app starts anew, at the last moment', async () => {
  const given = { TALLYLIGHT_CONNECT_URL: 'https://acme.example', TALLYLIGHT_CONNECT_SECRET: 's3cret' };
  const env: NodeJS.ProcessEnv = { ...given };
  const launched = await launch({ platform: 'darwin' }, { env });
  const finalized = Promise.withResolvers<void>();
  launched.capture.until = finalized.promise;
  await reopenOf(launched)();
  await vi.waitFor(() => expect(launched.capture.closed()).toBe(1), { interval: 1 });
  expect(env).not.toHaveProperty('TALLYLIGHT_CONNECT_SECRET');
  finalized.resolve();
  await exited();
  expect(env).toEqual(given);

  const quitting: NodeJS.ProcessEnv = { ...given };
  await launch({ platform: 'darwin' }, { env: quitting });
  fire('App', 'before-quit');
  await exited();
  expect(quitting).not.toHaveProperty('TALLYLIGHT_CONNECT_SECRET');
});
