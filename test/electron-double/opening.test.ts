import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { BRIDGE_CALL } from '../../contract/bridge/names.ts';
import { snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok } from '../../contract/result.ts';
import { connection, keyFile, launch, logged, prepareLaunches } from './launch.ts';
import { appWindow, callsOf, type World } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const key = new Uint8Array(32).fill(7);

async function read(world: World): Promise<unknown> {
  const { mainFrame } = appWindow(world);
  return world.ipcHandlers.get(BRIDGE_CALL)?.({ senderFrame: mainFrame }, 'snapshot.read', {});
}

test.each(['linux', 'darwin', 'win32'] as const)(
  'under the Electron double the keychain of %s wraps and unwraps a key',
  async (platform) => {
    const { secrets } = (await launch({ platform })).host();
    expect(secrets).toMatchObject({ kind: 'keychain', warning: null });
    const wrapped = await secrets.wrap(key);
    if (!wrapped.ok) throw new Error(wrapped.error.code);
    const unwrapped = await secrets.unwrap(wrapped.value);
    expect(unwrapped.ok && new Uint8Array(unwrapped.value)).toEqual(key);
  },
);

test.each([
  ['basic_text', { backend: 'basic_text' }],
  ['unknown', { backend: 'unknown' }],
  ['no encryption', { encryption: false }],
])(
  'under the Electron double %s counts as no keychain: the key file is used and says so',
  async (_what, machine) => {
    const { host } = await launch(machine);
    expect(host().secrets).toBe(keyFile);
    expect(callsOf('safeStorage.encryptStringAsync')).toEqual([]);
  },
);

test('under the Electron double a key that the keychain does not open is a failure, not an exception', async () => {
  const { host } = await launch();
  expect(await host().secrets.unwrap(key)).toMatchObject({ ok: false, error: { code: 'vault-damaged' } });
  expect(logged()).toContain('keychain.refused');
});

test('under the Electron double the capture gets the data folder of this user and a connection of its own', async () => {
  const yourBackend = vi.fn(() => connection);
  const env = {
    TALLYLIGHT_CONNECT_URL: 'https://acme.example',
    TALLYLIGHT_CONNECT_SECRET: 's3cret',
    DISPLAY: ':1',
  };
  const { host } = await launch({ userData: '/home/ada/.config/tallylight' }, { env, yourBackend });
  expect(host()).toMatchObject({ kind: 'desktop', dataDir: '/home/ada/.config/tallylight' });
  expect(await host().connection.open()).toMatchObject({ error: { detail: 'a double' } });
  expect(yourBackend.mock.calls).toEqual([['https://acme.example', 's3cret']]);
});

test('[P47] under the Electron double the secret leaves the environment before any child could inherit it', async () => {
  const env = {
    TALLYLIGHT_CONNECT_URL: 'https://acme.example',
    TALLYLIGHT_CONNECT_SECRET: 's3cret',
    DISPLAY: ':1',
  };
  const { host } = await launch({}, { env });
  expect(JSON.stringify([env, host().env])).not.toContain('s3cret');
  expect(host().env).toMatchObject({ DISPLAY: ':1' });
  expect(logged()).not.toContain('s3cret');
});

test.each([
  ['TALLYLIGHT_CONNECT_URL', {}],
  ['TALLYLIGHT_CONNECT_URL', { TALLYLIGHT_CONNECT_URL: '', TALLYLIGHT_CONNECT_SECRET: 's3cret' }],
  ['TALLYLIGHT_CONNECT_SECRET', { TALLYLIGHT_CONNECT_URL: 'https://acme.example' }],
])(
  'under the Electron double the app opens without %s and its connection says what is missing',
  async (name, env) => {
    const { host } = await launch({}, { env });
    const missing = { ok: false, error: { code: 'service-unreachable', detail: `${name} is not set` } };
    expect(await host().connection.open()).toMatchObject(missing);
    expect(await host().connection.reopen('https://media.example', 'cap-1')).toMatchObject(missing);
  },
);

test.each([
  ['the data folder is in use', { openCapture: async () => fail('data-in-use') }, 'data-in-use'],
  [
    'the key file cannot be read',
    { keyFileSecrets: async () => fail('vault-unwritable') },
    'vault-unwritable',
  ],
  ['opening throws', { openCapture: () => Promise.reject(new Error('a bug')) }, 'internal'],
])('under the Electron double the window opens and tells it when %s', async (_what, changes, code) => {
  const { world } = await launch({ encryption: false }, changes);
  expect(appWindow(world).title).toBe('Needs a look – Tallylight');
  const answer = await read(world);
  expect(answer).toMatchObject({ ok: true, value: { lamp: 'trouble', trouble: { code } } });
  expect(snapshot.safeParse((answer as { value: unknown }).value).success).toBe(true);
});

test('under the Electron double every other call is refused with the reason when the capture could not be opened', async () => {
  const { world } = await launch({}, { openCapture: async () => fail('data-in-use') });
  const { mainFrame } = appWindow(world);
  const answer = await world.ipcHandlers.get(BRIDGE_CALL)?.({ senderFrame: mainFrame }, 'session.stop', {});
  expect(answer).toMatchObject({ ok: false, error: { code: 'data-in-use' } });
});

test('under the Electron double the page can ask before the capture is open and is answered then', async () => {
  const opening = Promise.withResolvers<void>();
  const { capture: late } = await launch();
  const launching = launch({}, { openCapture: () => opening.promise.then(() => ok(late)) });
  const { world } = await import('./world.ts');
  await vi.waitFor(() => expect(world.windows).toHaveLength(1), { interval: 1 });
  const answer = read(world);
  opening.resolve();
  await launching;
  expect(await answer).toMatchObject({ ok: true, value: { lamp: 'off' } });
});

test('under the Electron double a packaged app looks for ffmpeg beside its archive', async () => {
  const packaged = (await launch({ packaged: true })).host().packagedDir;
  // `dist` lies in the archive, which lies in the resources; here it lies in the temporary folder.
  expect(packaged).toBe(join(tmpdir(), '..', 'ffmpeg'));
  expect('packagedDir' in (await launch({ packaged: false })).host()).toBe(false);
});
