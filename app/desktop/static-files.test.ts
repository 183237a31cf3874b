import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY, serveStatic } from './static-files.ts';

const ORIGIN = 'app://tallylight';
let folder = '';
let serve: Awaited<ReturnType<typeof serveStatic>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-static-'));
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await mkdir(join(folder, 'desktop'));
  await writeFile(join(folder, 'desktop', 'main.mjs'), 'outside');
  await writeFile(join(folder, 'secret.json'), 'outside');
  const names = ['index.html', 'assets/index-B1x_9.js', 'assets/index.css', 'assets/a.svg', 'assets/a.png'];
  for (const name of [...names, 'assets/a.woff2', 'assets/index.js.map', 'assets/a.exe'])
    await writeFile(join(renderer, name), name);
  await symlink(join(folder, 'secret.json'), join(renderer, 'link.json'));
  await symlink(folder, join(renderer, 'up'));
  serve = await serveStatic(renderer, ORIGIN);
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['/index.html', 'text/html; charset=utf-8'],
  ['/assets/index-B1x_9.js', 'text/javascript; charset=utf-8'],
  ['/assets/index.css', 'text/css; charset=utf-8'],
  ['/assets/a.svg', 'image/svg+xml'],
  ['/assets/a.png', 'image/png'],
  ['/assets/a.woff2', 'font/woff2'],
])('%s is served as %s, with the policy and without sniffing', async (path, type) => {
  const response = await serve({ method: 'GET', url: ORIGIN + path });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(path.slice(1));
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
});

test('a query or a fragment does not change what is served, and HEAD has no body', async () => {
  expect((await serve({ method: 'GET', url: `${ORIGIN}/index.html?x=/../y#z` })).status).toBe(200);
  const head = await serve({ method: 'HEAD', url: `${ORIGIN}/index.html` });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not answered with a file', async (method) => {
  expect((await serve({ method, url: `${ORIGIN}/index.html` })).status).toBe(405);
});

const ATTACKS = [
  '/../secret.json',
  '/assets/../../secret.json',
  '/%2e%2e/secret.json',
  '/%2E%2E%2Fsecret.json',
  '/..%2fsecret.json',
  '/%252e%252e%252fsecret.json',
  '/..%5csecret.json',
  '/..\\secret.json',
  '/assets\\index.css',
  '/%c0%ae%c0%ae/secret.json',
  '/．．/secret.json',
  '/./../secret.json',
  '/....//secret.json',
  '//secret.json',
  '///etc/passwd',
  '/etc/passwd',
  '/%2fetc%2fpasswd',
  '/C:/Windows/win.ini',
  '/index.html%00.css',
  '/index.html\0',
  '/%00',
  '/%',
  '/%zz',
  '/index.html::$DATA',
  '/index.html/',
  '/INDEX.HTML',
  '/index%2ehtml',
  '/link.json',
  '/up/secret.json',
  '/up/renderer/index.html',
  '/desktop/main.mjs',
  '/../desktop/main.mjs',
  '/assets/index.js.map',
  '/assets/a.exe',
  '/assets',
  '/assets/',
  '/',
  '',
  '/__proto__',
  '/constructor',
];

test.each(ATTACKS)('the path %j is answered 404 as it is written', async (path) => {
  const response = await serve({ method: 'GET', url: ORIGIN + path });
  expect([response.status, await response.text()]).toEqual([404, '']);
  expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
});

test.each(ATTACKS)(
  'the path %j reaches nothing outside once a URL parser has normalised it',
  async (path) => {
    const { href } = new URL(ORIGIN + path);
    const response = await serve({ method: 'GET', url: href });
    expect(await response.text()).not.toContain('outside');
  },
);

test.each([
  'app://other/index.html',
  'app://tallylight.example/index.html',
  'app://user@tallylight/index.html',
  'app://tallylight:80/index.html',
  'app:index.html',
  'APP://tallylight/index.html',
  'file:///index.html',
  'https://tallylight/index.html',
])('%s is not ours and answered 404', async (url) => {
  expect((await serve({ method: 'GET', url })).status).toBe(404);
});
