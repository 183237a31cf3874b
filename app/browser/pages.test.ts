import { describe, expect, test } from 'vitest';
import { PAGE, SECRET_FILE, testFace } from './test-face.ts';

describe('the way in', () => {
  test('is a link that works once', async () => {
    const { server, ask } = await testFace();
    const { pathname, search } = new URL(server.link());
    const first = await ask(pathname + search);
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^tallylight=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    const again = await ask(pathname + search);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('is no other ticket, and none at all', async () => {
    const { ask } = await testFace();
    for (const path of ['/enter', '/enter?ticket=', '/enter?ticket=x'])
      expect(await ask(path)).toMatchObject({ status: 403, text: expect.stringContaining('used already') });
  });
});

describe('a page', () => {
  test('is served to the browser that came in, with nothing but our own files allowed in it', async () => {
    const { server, ask, enter } = await testFace();
    const cookie = await enter();
    const page = await ask('/', { cookie });
    expect(page).toMatchObject({
      status: 200,
      text: PAGE,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers['content-security-policy']).toContain(`ws://${new URL(server.origin).host};`);
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(await ask('/assets/app.js', { cookie: `a=b; ${cookie}` })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
    });
    expect(await ask('/', { cookie }, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test('is not served to a program without the cookie, or with another one', async () => {
    const { ask, enter } = await testFace();
    const cookie = await enter();
    const wrong = [
      '',
      'tallylight=',
      cookie.slice(0, -1),
      `${cookie.slice(0, -1)}é`,
      cookie.toUpperCase(),
      `x${cookie}`,
    ];
    for (const shown of wrong)
      expect(
        await ask('/', shown === '' ? {} : { cookie: Buffer.from(shown).toString('latin1') }),
      ).toMatchObject({
        status: 403,
      });
  });

  test('is not served under another name, against DNS rebinding', async () => {
    const { ask, enter, port } = await testFace();
    const cookie = await enter();
    for (const host of [
      `localhost:${port}`,
      `evil.example.com:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port}.evil.example.com`,
    ])
      expect(await ask('/', { cookie, host })).toMatchObject({ status: 403, text: 'Not this address.' });
    expect(await ask('/enter?ticket=x', { host: 'evil.example.com' })).toMatchObject({
      text: 'Not this address.',
    });
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/%00',
    '/%',
    '/assets',
    '/missing.js',
  ])('is never outside the renderer: %s', async (path) => {
    const { ask, enter } = await testFace();
    const page = await ask(path, { cookie: await enter() });
    expect(page.status).toBe(404);
    expect(page.text).not.toContain(SECRET_FILE);
  });

  test('is only read', async () => {
    const { ask, enter } = await testFace();
    const cookie = await enter();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask('/', { cookie }, method)).status).toBe(405);
  });
});
