import { expect, test, vi } from 'vitest';
import { fire, listeners } from './events.ts';
import { launch, PAGE, prepareLaunches } from './launch.ts';
import { callsOf, only } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

test('under the Electron double one small window opens with exactly the hardened preferences', async () => {
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
  expect(only(world.windows).options).toMatchObject({ webPreferences: { devTools: true, sandbox: true } });
});

test('under the Electron double the window shows when its page is ready, and not before', async () => {
  const { world } = await launch();
  const window = only(world.windows);
  expect(window.visible).toBe(false);
  fire(window.key, 'ready-to-show');
  expect(window.visible).toBe(true);
});

test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
  'under the Electron double %s is prevented',
  async (event) => {
    const { world } = await launch();
    expect(fire(only(world.windows).contents, event)).toBe(true);
  },
);

test('under the Electron double no page opens a window', async () => {
  const { world } = await launch();
  expect(only(world.windows).openHandler?.()).toEqual({ action: 'deny' });
});

test.each([
  'media',
  'display-capture',
  'geolocation',
  'notifications',
  'clipboard-read',
  'openExternal',
  'unknown',
])('under the Electron double the page is refused the permission %s', async (permission) => {
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
])('under the Electron double a request for %s is cancelled: %s', async (url, cancel) => {
  const { world } = await launch();
  const answer = vi.fn();
  world.sessionHandlers.get('WebRequest.onBeforeRequest')?.({ url }, answer);
  expect(answer.mock.calls).toEqual([[{ cancel }]]);
});

test('[P23] under the Electron double nothing overrules a bad certificate', async () => {
  await launch();
  expect(listeners('App', 'certificate-error')).toEqual([]);
});

test('under the Electron double app:// is standard and secure before ready and serves the page with its policy', async () => {
  const { world } = await launch();
  expect(world.privileged.get('app')).toEqual({ standard: true, secure: true, supportFetchAPI: true });
  const response = await world.schemes.get('app')?.(new Request('app://tallylight/index.html'));
  expect(response?.status).toBe(200);
  expect(await response?.text()).toBe(PAGE);
  expect(response?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(response?.headers.get('x-content-type-options')).toBe('nosniff');
});

test('under the Electron double app:// gives the player what it asks for, and nothing but that', async () => {
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
