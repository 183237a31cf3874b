import { expect, test } from 'vitest';
import { takeOf } from '../../backend/trial/media.ts';
import { recorded } from '../../backend/trial/recorded.ts';
import { call, put, started } from '../../backend/trial/recorder.ts';
import { addTenant, desks, eventually, press, signIn } from './desk.ts';

const desk = desks();

test('[P04] the light of a session turns live with the first fragments, in the list and in the session, and goes out when nothing comes', async () => {
  const { service, page, open, another } = await desk();
  const { session, streams, token } = await started(service, service.key, '+mic:default');
  await open('/console/sessions');
  const row = page.getByRole('row').filter({ hasText: session.id });
  expect(await row.getByRole('cell').first().innerText()).toBe('Starting');
  const [init, ...fragments] = takeOf();
  if (init === undefined) throw new Error('a take begins with its init segment');
  expect(await put(service, streams[0] ?? '', init, token)).toMatchObject({ status: 200 });
  for (const piece of fragments.slice(0, 2)) await put(service, streams[0] ?? '', piece, token);
  // Nobody reloads: the page looks by itself.
  await eventually(() => row.getByRole('cell').first().innerText()).toBe('Live');
  expect(await page.getByRole('status').first().innerText()).toBe('1 live.');
  await press(page, session.id);
  await eventually(() => page.locator('#light').innerText()).toBe('Live');
  const channel = page.getByRole('row').filter({ hasText: 'mic:default' });
  expect(await channel.innerText()).toContain('Kept');
  const before = await channel.innerText();
  for (const piece of fragments.slice(2)) await put(service, streams[0] ?? '', piece, token);
  await eventually(() => channel.innerText()).not.toBe(before);
  service.clock.now += 6000;
  await eventually(() => page.locator('#light').innerText()).toBe('Nothing arrives');
  // What is drawn, not only the word, says so: the lamp is no longer red.
  expect(await page.locator('#light .light-live').count()).toBe(0);

  // And without the script the page is right as of when it was opened.
  const plain = await another({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  await plain.goto(`${service.url}/console/sessions/${session.id}`);
  expect(await plain.locator('#light').innerText()).toBe('Nothing arrives');
});

test('nothing is asked for while nobody can see the page, and a light that is no longer followed says so', async () => {
  const { service, page, open } = await desk();
  await page.clock.install();
  await open('/console/sessions');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/light')) asked++;
  });
  const answered = page.waitForResponse(/light/);
  await page.clock.runFor(2000);
  await (await answered).finished();
  expect(asked).toBe(1);
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.clock.runFor(60_000);
  expect(asked).toBe(1);

  const old = page.getByText('The lights are no longer up to date');
  await open('/console/sessions');
  expect(await old.isVisible()).toBe(false);
  service.clock.now += 31 * 60_000;
  await page.clock.runFor(2000);
  await old.waitFor();
});

test('[P17] sessions are found by person and status, their tokens revoked, and one is deleted after the page said what goes', async () => {
  const { service, page, open } = await desk();
  const ada = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
  const bob = await recorded(service, service.key, {
    endUserId: 'bob',
    channels: ['+mic:default', 'display:1'],
  });
  await open('/console/sessions');
  await page.getByLabel('Person').fill('bob');
  await page.getByLabel('Status').selectOption('stopped');
  await press(page, 'Show');
  await page.waitForURL('**/sessions?**');
  expect(await page.getByRole('row').count()).toBe(2);
  await press(page, bob.session.id);
  await page.getByRole('heading', { name: 'Consent' }).waitFor();
  const text = await page.getByRole('main').innerText();
  expect(text).toContain('Agreed');
  expect(text).toContain('Meeting notes');
  expect(text).toContain('Live only');
  await press(page, 'Delete the session');
  await page.getByRole('heading', { name: 'Delete this session?' }).waitFor();
  expect(await page.getByRole('main').innerText()).toContain('2 channels and 1 recording');
  await press(page, 'Delete the session');
  await page.getByText('The session was deleted').waitFor();
  const gone = await call(
    service,
    'GET',
    `/collection/default/capture/session/${bob.session.id}`,
    service.key,
  );
  expect(gone).toMatchObject({ status: 404 });

  await open(`/console/sessions/${ada.session.id}`);
  await press(page, 'Revoke its tokens');
  await page.getByRole('heading', { name: 'Revoke the tokens' }).waitFor();
  await press(page, 'Revoke the tokens');
  await page.getByText('refused from now on').waitFor();
  expect(await call(service, 'GET', `/capture/session/${ada.session.id}`, ada.token)).toMatchObject({
    status: 401,
  });
});

test('[P17] an admin sees that a recording is there and deletes it, and is given no way to play it', async () => {
  const { service, page, open } = await desk();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const [video] = session.videos;
  await open('/console/recordings');
  const text = await page.getByRole('main').innerText();
  expect(text).toContain('an admin does not play or download media');
  expect(text).toContain(video?.sha256);
  expect(await page.locator('video, audio, a[href*=download], a[download]').count()).toBe(0);
  await press(page, /^Delete/);
  await page.getByRole('heading', { name: 'Delete this recording?' }).waitFor();
  await press(page, 'Delete the recording');
  await page.getByText('The recording was deleted').waitFor();
  expect(await call(service, 'GET', `/video/${video?.id}`, service.key)).toMatchObject({ status: 404 });
});

test('what people are called is shown as text, whatever it holds, and nothing of it is obeyed', async () => {
  const { service, page, open } = await desk();
  const hostile = [
    '<img src=x onerror="document.title=1">',
    `"'><script>document.title=2</script>`,
    '\u202Egnp.exe\u2066',
    'line\nbreak\u0000\u001b[31m',
    '&lt;b&gt; {{7*7}} &#x202e;',
  ];
  for (const name of hostile) {
    const metadata = { [name]: name };
    // Control characters are refused in what people are called by, and nowhere else.
    const endUserId = name.replace(/\p{Cc}/gu, '');
    await recorded(service, service.key, {
      endUserId,
      metadata,
      until: 'started',
      channels: ['mic:default'],
    });
  }
  await call(service, 'POST', '/collection', service.key, {
    id: 'odd',
    name: hostile[0],
    description: hostile[1],
  });
  await call(service, 'POST', '/collection', service.key, {
    id: 'control',
    name: hostile[3],
    description: '',
  });
  await open('/console/sessions');
  const cells = await page.getByRole('cell').allInnerTexts();
  expect(cells).toContain(hostile[0]);
  expect(cells).toContain(hostile[1]);
  expect(cells).toContain('⟨U+202E⟩gnp.exe⟨U+2066⟩');
  expect(cells).toContain('linebreak[31m');
  expect(cells).toContain(hostile[4]);
  const links = await page.getByRole('rowheader').getByRole('link').all();
  for (const href of await Promise.all(links.map((link) => link.getAttribute('href')))) {
    await open(href ?? '');
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).toMatch(/^Session of /);
  }
  for (const path of ['/console/collections', '/console/policy', '/console/audit']) {
    await open(path);
    expect(await page.locator('img, main script').count()).toBe(0);
    if (path === '/console/collections')
      expect(await page.getByRole('main').innerText()).toContain('line⟨U+000A⟩break⟨U+0000⟩⟨U+001B⟩[31m');
  }
  for (const person of hostile) {
    await open(`/console/sessions?person=${encodeURIComponent(person)}&done=${encodeURIComponent(person)}`);
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.getByLabel('Person').inputValue()).toBe(
      // HTML, 13.2.5.36: a null is not let through.
      person.replace('\n', '').replace('\u0000', '\uFFFD'),
    );
  }
});

test('[P35] an admin of another tenant sees nothing of this one', async () => {
  const { service, page, open } = await desk();
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
  const foreign = `/console/sessions/${session.id}`;
  await open(foreign);
  expect(await page.getByRole('heading').first().innerText()).toBe('Session of ada');
  await addTenant(service, 'other', 'mallory');
  await press(page, 'Sign out');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(service, page, '/console', 'mallory');
  const said = async (path: string) => {
    const answer = await page.goto(service.url + path);
    return [answer?.status(), (await page.getByRole('main').innerText()).replaceAll(/cap-[\w-]+/g, 'ID')];
  };
  const missing = await said('/console/sessions/cap-AAAAAAAAAAAAAAAAAAAAAA');
  expect(missing[0]).toBe(404);
  expect(await said(foreign)).toEqual(missing);
  expect(await said(`${foreign}/delete`)).toEqual(missing);
  await open('/console/sessions');
  expect(await page.getByText(session.id).count()).toBe(0);
});
