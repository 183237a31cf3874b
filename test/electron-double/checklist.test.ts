import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LOOPBACK_POLICY } from '../../app/desktop/loopback/policy.ts';
import { CONTENT_SECURITY_POLICY } from '../../app/desktop/static-files.ts';
import { BRIDGE_CALL } from '../../contract/bridge/names.ts';
import { fire, listeners } from './events.ts';
import { launch, PAGE, prepareLaunches } from './launch.ts';
import { page } from './renderer.ts';
import { appWindow, callsOf, only, type WindowDouble } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
vi.mock('electron/renderer', () => import('./renderer.ts'));
prepareLaunches();

/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), each point by its number. What Electron makes
 * of what it is asked is to be seen in the packaged app.
 */

/** The window, the small light, and the hidden window that hears the system. */
async function everyWindow(): Promise<readonly WindowDouble[]> {
  const { world, capture, host } = await launch({ platform: 'darwin' });
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const stream = host().shell?.systemAudio?.open({
    opened: () => undefined,
    chunk: () => undefined,
    ended: () => undefined,
  });
  await vi.waitFor(() => expect(callsOf('WebContents.executeJavaScript')).toHaveLength(1), { interval: 1 });
  onTestFinished(async () => stream?.close());
  expect(world.windows.map(({ options }) => options.title)).toEqual([
    'Tallylight',
    'Tallylight',
    'Tallylight: system audio',
  ]);
  return world.windows;
}

/** What each point asks of the preferences of every window. */
test.each([
  [
    '[2] no page has Node',
    { nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false },
  ],
  ['[3] every page is apart from its preload', { contextIsolation: true }],
  ['[4] every page is in the sandbox', { sandbox: true }],
  ['[6] the rules of the web are in force', { webSecurity: true }],
  ['[8] nothing is loaded without TLS into a page with it', { allowRunningInsecureContent: false }],
  ['[9] nothing experimental is on', { experimentalFeatures: false }],
  ['[11] [12] there is no webview', { webviewTag: false }],
])('%s, in every window, under the Electron double', async (_point, preferences) => {
  for (const { options } of await everyWindow()) expect(options.webPreferences).toMatchObject(preferences);
});

test('[4] under the Electron double the sandbox is on for whatever else may come, before ready', async () => {
  await launch();
  expect(callsOf('app.enableSandbox')).toHaveLength(1);
});

test('[10] under the Electron double no window turns on a feature of Blink', async () => {
  for (const { options } of await everyWindow())
    expect(Object.keys(options.webPreferences as object)).not.toContain('enableBlinkFeatures');
});

test('[11] [12] no page has a webview, and one that a page makes all the same is not attached', async () => {
  for (const page of ['renderer/index.html', 'renderer/overlay.html', 'app/desktop/loopback/page/index.html'])
    expect(await text(page)).not.toMatch(/<webview|allowpopups/i);
  for (const window of await everyWindow())
    expect(fire(window.contents, 'will-attach-webview', {}, {})).toBe(true);
});

test.each([
  'https://example.com',
  'file:///etc/passwd',
  'javascript:1',
  'ms-settings:privacy-microphone\n',
  'x-apple.systempreferences:',
])(
  '[15] under the Electron double %j is not opened outside: only the settings of the system for what we capture',
  async (url) => {
    const { host } = await launch({ platform: 'win32' });
    await expect(host().shell?.settings?.openUrl(url)).rejects.toThrow('not a settings page');
    expect(callsOf('shell.openExternal')).toEqual([]);
  },
);

test('[16] Electron is pinned to one version, and the pages are built for the Chromium of that version', async () => {
  const { devDependencies, ...rest } = JSON.parse(await text('package.json'));
  const installed = JSON.parse(await text('node_modules/electron/package.json'));
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  expect(installed.version).toBe(devDependencies.electron);
  expect(rest.dependencies).not.toHaveProperty('electron');
  const [, chromium] = /const CHROMIUM = 'chrome(\d+)'/.exec(await text('app/desktop/bundle.ts')) ?? [];
  const [, major] = /^(\d+)\./.exec(devDependencies.electron) ?? [];
  expect({ electron: major, chromium }).toEqual({ electron: '45', chromium: '156' });
});

test('[17] under the Electron double IPC has one way in, and it asks who calls', async () => {
  const { world } = await launch();
  expect([...world.ipcHandlers.keys()]).toEqual([BRIDGE_CALL]);
  const foreign = { senderFrame: { origin: 'app://tallylight' } };
  expect(await world.ipcHandlers.get(BRIDGE_CALL)?.(foreign, 'snapshot.read', {})).toMatchObject({
    error: { code: 'out-of-scope' },
  });
});

test('[18] nothing asks for file://, and what the packaged app makes of it is turned off', async () => {
  expect(await text('electron-builder.yml')).toContain('grantFileProtocolExtraPrivileges: false');
  const { world } = await launch();
  expect([...world.privileged.keys()]).toEqual(['app']);
});

test.each([
  ['runAsNode', false],
  ['enableCookieEncryption', true],
  ['enableNodeOptionsEnvironmentVariable', false],
  ['enableNodeCliInspectArguments', false],
  ['enableEmbeddedAsarIntegrityValidation', true],
  ['onlyLoadAppFromAsar', true],
])('[19] the fuse %s is %s in what is packaged', async (fuse, value) => {
  expect(await text('electron-builder.yml')).toMatch(new RegExp(`^ {2}${fuse}: ${value}$`, 'm'));
});

test('[20] under the Electron double the preload gives the page two functions, and the hidden page none', async () => {
  await import('../../app/desktop/preload/preload.ts');
  expect([...page.exposed].map(([name, api]) => [name, Object.keys(api).sort()])).toEqual([
    ['tallylight', ['call', 'onSnapshot']],
  ]);
  expect(await text('app/desktop/preload/loopback-preload.ts')).not.toContain('contextBridge');
});

const text = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

test('[2] [3] [4] [6] [8] [9] under the Electron double one small window opens with exactly the hardened preferences', async () => {
  const { world } = await launch();
  const { options } = only(world.windows);
  expect(options).toEqual({
    width: 380,
    height: 720,
    minWidth: 360,
    minHeight: 560,
    show: false,
    title: 'Tallylight',
    webPreferences: {
      preload: expect.stringMatching(/[/\\]desktop[/\\]preload\.cjs$/),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      plugins: false,
      spellcheck: false,
      devTools: false,
    },
  });
  expect(callsOf('app.enableSandbox')).toHaveLength(1);
  expect(callsOf('BrowserWindow.loadURL')).toEqual([['app://tallylight/index.html']]);
});

test('under the Electron double developer tools exist only where the app is not packaged', async () => {
  const { world } = await launch({ packaged: false });
  expect(appWindow(world).options).toMatchObject({ webPreferences: { devTools: true, sandbox: true } });
});

test('under the Electron double the window shows when its page is ready, and not before', async () => {
  const { world } = await launch();
  const window = appWindow(world);
  expect(window.visible).toBe(false);
  fire(window.key, 'ready-to-show');
  expect(window.visible).toBe(true);
});

test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
  '[13] under the Electron double no page of ours is left: %s is prevented in every window',
  async (event) => {
    for (const window of await everyWindow()) expect(fire(window.contents, event)).toBe(true);
  },
);

test('[14] under the Electron double no page opens a window', async () => {
  for (const { openHandler } of await everyWindow()) expect(openHandler?.()).toEqual({ action: 'deny' });
});

test.each([
  'media',
  'display-capture',
  'geolocation',
  'notifications',
  'clipboard-read',
  'openExternal',
  'unknown',
])('[5] under the Electron double our pages are refused the permission %s', async (permission) => {
  const { world } = await launch();
  const answers: unknown[] = [];
  const handler = (name: string) => world.sessionHandlers.get(`Session.${name}`);
  handler('setPermissionRequestHandler')?.({}, permission, (granted: unknown) => answers.push(granted));
  answers.push(handler('setPermissionCheckHandler')?.({}, permission, 'app://tallylight'));
  answers.push(handler('setDevicePermissionHandler')?.({ deviceType: 'hid' }));
  expect(answers).toEqual([false, false, false]);
});

test.each([
  ['app://tallylight/index.html', false],
  ['data:image/png;base64,AA==', false],
  ['app://other/index.html', true],
  ['app://tallylight.example/x', true],
  ['https://example.com/', true],
  ['http://127.0.0.1:9000/', true],
  ['file:///etc/passwd', true],
  ['data:text/html,x', true],
  ['devtools://devtools/bundled/inspector.html', true],
])(
  '[1] under the Electron double nothing but our own files is loaded: a request for %s is cancelled: %s',
  async (url, cancel) => {
    const { world } = await launch();
    const answer = vi.fn();
    world.sessionHandlers.get('WebRequest.onBeforeRequest')?.({ url }, answer);
    expect(answer.mock.calls).toEqual([[{ cancel }]]);
  },
);

test('[P23] [1] under the Electron double nothing overrules a bad certificate', async () => {
  await launch();
  expect(listeners('App', 'certificate-error')).toEqual([]);
});

test('[7] [18] under the Electron double pages come by app://, standard and secure, under a policy without inline and eval', async () => {
  const { world } = await launch();
  expect(world.privileged.get('app')).toEqual({ standard: true, secure: true, supportFetchAPI: true });
  const response = await world.schemes.get('app')?.(new Request('app://tallylight/index.html'));
  expect(response?.status).toBe(200);
  expect(await response?.text()).toBe(PAGE);
  expect(response?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(response?.headers.get('x-content-type-options')).toBe('nosniff');
  // What the player appends is no address of the network, and no script.
  for (const policy of [CONTENT_SECURITY_POLICY, LOOPBACK_POLICY])
    expect(policy.replace('media-src blob:', '')).not.toMatch(/unsafe|\*|https?:|blob:|filesystem:/);
  for (const [url] of callsOf('BrowserWindow.loadURL')) expect(url).toMatch(/^app:\/\/tallylight\//);
});

test('[18] under the Electron double app:// gives the player what it asks for, and nothing but that', async () => {
  const { world } = await launch();
  const ask = (path: string, method = 'GET') =>
    world.schemes.get('app')?.(new Request(`app://tallylight${path}`, { method }));
  const media = await ask('/media/cap-1234567890/mic%3Adefault/1/0-1');
  expect([media?.status, await media?.text()]).toEqual([200, 'media']);
  expect(media?.headers.get('content-security-policy')).toContain("default-src 'none'");
  const unknown = await ask('/media/cap-0000000000/mic%3Adefault/1/0-1');
  expect([unknown?.status, await unknown?.json()]).toMatchObject([404, { code: 'recording-unknown' }]);
  expect((await ask('/media/cap-1234567890/mic%3Adefault/1/0-1', 'POST'))?.status).toBe(405);
  expect((await ask('/media/cap-1234567890/mic/1/0'))?.status).toBe(404);
});

test.each([
  ['linux', null],
  ['win32', null],
  ['darwin', { items: [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] }],
] as const)(
  'under the Electron double the application menu on %s offers no reload and no tools',
  async (platform, menu) => {
    const { world } = await launch({ platform });
    expect(world.menu).toEqual(menu);
  },
);
