import { expect, test } from 'vitest';
import { desks, eventually, NAME, PASSWORD, press, signIn } from './desk.ts';

const desk = desks();

test('[P44] an admin signs in with the keyboard, sees the sessions, and signs out again', async () => {
  const { service, page, open } = await desk();
  expect(await page.title()).toBe('Sessions · Default · Tallylight console');
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/console', expires: -1 });
  await press(page, 'Sign out');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  // The pass is dead on the service, too, not only forgotten by the browser.
  const answer = await fetch(`${service.url}/console/sessions`, {
    headers: { cookie: `${cookie?.name}=${cookie?.value}` },
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  await open('/console/audit');
  expect(page.url()).toBe(`${service.url}/console/sign-in?to=%2Fconsole%2Faudit`);
});

test('[P44] after five wrong passwords even the right one has to wait, and the page says so', async () => {
  const { service, page, open } = await desk({ isSignedIn: false });
  await open('/console/sign-in');
  const attempt = async (password: string) => {
    await page.getByLabel('Name').fill(NAME);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    return page.getByRole('alert').innerText();
  };
  for (let count = 0; count < 5; count++)
    expect(await attempt(`wrong ${count}`)).toContain('do not belong together');
  expect(await attempt(PASSWORD)).toContain('too many attempts');
  expect(await page.context().cookies()).toEqual([]);
  service.clock.now += 3600_000;
  await signIn(service, page);
  await open('/console/audit?actor=nobody');
  expect(await page.getByRole('listitem').filter({ hasText: 'was refused: signed in' }).count()).toBe(6);
});

test('half an hour without doing anything ends it, also while a light is followed; eight hours end it in any case', async () => {
  const { service, page, open } = await desk();
  const minutes = (count: number) => {
    service.clock.now += count * 60_000;
  };
  const isSignedIn = async () => {
    await open('/console/sessions');
    return (await page.getByRole('heading').first().innerText()) === 'Sessions';
  };
  minutes(29);
  expect(await isSignedIn()).toBe(true);
  minutes(29);
  const piece = await page.evaluate(async () => (await fetch('/console/sessions/light')).status);
  expect(piece).toBe(200);
  minutes(1);
  expect(await isSignedIn()).toBe(false);
  await signIn(service, page);
  for (let half = 0; half < 16; half++) {
    expect(await isSignedIn()).toBe(true);
    minutes(29.9);
  }
  minutes(4);
  expect(await isSignedIn()).toBe(false);
});

test('what was asked for before signing in comes after it, and nothing but pages of the console does', async () => {
  const { service, page } = await desk({ isSignedIn: false });
  await signIn(service, page, '/console/audit?object=cap-1');
  expect(page.url()).toBe(`${service.url}/console/audit?object=cap-1`);
  for (const elsewhere of ['https://evil.example/', '//evil.example']) {
    await press(page, 'Sign out');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(service, page, `/console/sign-in?to=${encodeURIComponent(elsewhere)}`);
    expect(page.url()).toBe(`${service.url}/console/sessions`);
  }
});

test('over TLS the cookie is of this host alone and the browser is told to stay with TLS', async () => {
  const { service } = await desk({ isSignedIn: false, publicUrl: 'https://media.example.org' });
  const answer = await fetch(`${service.url}/console/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ name: NAME, password: PASSWORD }),
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('set-cookie')).toMatch(
    /^__Host-tallylight-console=ap-[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
  );
  expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
});

test('every answer carries the content policy and its like, an error and a file, too', async () => {
  const { service } = await desk({ isSignedIn: false });
  for (const path of [
    '/console/sign-in',
    '/console/nowhere',
    '/console/static/console.css',
    '/console/keys',
  ]) {
    const { headers } = await fetch(service.url + path, { redirect: 'manual' });
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers.get('strict-transport-security')).toBeNull();
  }
});

test('a form that was forged elsewhere does nothing: not from another origin, not without the token, not with another one', async () => {
  const { service, page } = await desk();
  const [cookie] = await page.context().cookies();
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const make = async (fields: Record<string, string>, headers: Record<string, string>, type?: string) => {
    const { status } = await fetch(`${service.url}/console/collections`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `${cookie?.name}=${cookie?.value}`,
        'content-type': type ?? 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams({ id: 'forged', name: 'Forged', ...fields }),
    });
    return status;
  };
  expect(await make({ csrf }, { origin: 'https://evil.example' })).toBe(403);
  expect(await make({ csrf }, { origin: 'null' })).toBe(403);
  expect(await make({ csrf }, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await make({ csrf }, { 'sec-fetch-site': 'same-site', origin: service.url })).toBe(403);
  expect(await make({}, { origin: service.url })).toBe(403);
  expect(await make({ csrf: `${csrf}x` }, {})).toBe(403);
  expect(await make({ csrf }, {}, 'text/plain')).toBe(403);
  await page.goto(`${service.url}/console/collections`);
  expect(await page.getByText('forged').count()).toBe(0);
  expect(await make({ csrf }, { origin: service.url, 'sec-fetch-site': 'same-origin' })).toBe(303);
  await page.reload();
  expect(await page.getByRole('rowheader', { name: 'Forged' }).count()).toBe(1);
  await page.goto(`${service.url}/console/audit`);
  expect(await page.getByText('was refused: made a collection').count()).toBe(7);
});

test('another site cannot use the sign-in of this browser, nor show the console inside of a page of its own', async () => {
  const { service, page } = await desk();
  const evil = 'http://evil.localhost:9/';
  await page.route(`${evil}**`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${service.url}/console/collections"><input name="id" value="forged"><input name="name" value="x"></form>`,
    }),
  );
  await page.goto(evil);
  await page.evaluate(() => document.forms[0]?.submit());
  await eventually(() => page.url()).toContain('/console/');
  // Without its cookie, which is SameSite=Strict, it is nobody.
  expect(await page.getByRole('heading').first().innerText()).toBe('Sign in');
  await page.goto(`${service.url}/console/collections`);
  expect(await page.getByText('forged').count()).toBe(0);
});

test('without any admin the page says how to make the first one', async () => {
  const { service, page } = await desk({ isSignedIn: false, isManned: false });
  await page.goto(`${service.url}/console`);
  expect(await page.locator('code').innerText()).toBe('tallylight backend admin create --name NAME');
});
