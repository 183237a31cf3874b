import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Settings } from '../../contract/settings.ts';
import type { FacePage } from './face-page.ts';
import { seriousIn } from './serious.ts';
import { SCENES, setTo, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

/** A main that keeps what is set, in whatever scene it is. */
function keeping({ main }: FacePage, make: () => Snapshot): void {
  let chosen: Partial<Settings> = {};
  main.expect('settings.change', (change) => {
    chosen = { ...chosen, ...(change as Partial<Settings>) };
    const next = setTo(chosen, make());
    main.say(next);
    return ok(next);
  });
}

const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('language and appearance are set by keyboard alone, and in force at once', async () => {
  const face = await open(SCENES.ready(), { locale: 'en-GB', colorScheme: 'light' });
  const { page, main } = face;
  keeping(face, SCENES.ready);
  await page.evaluate(() => Object.assign(window, { sameWindow: true }));
  const light = await paper(page);

  await page.getByRole('button', { name: 'Settings' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe('settings-title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  expect(await page.getByRole('radio', { name: 'Español' }).isChecked()).toBe(true);
  expect(await page.locator('.lamp-word').textContent()).toBe('Apagada');

  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowUp');
  await eventually(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await paper(page)).not.toBe(light);
  expect(main.calls.map(({ request }) => request)).toEqual([
    { language: 'en' },
    { language: 'es' },
    { theme: 'dark' },
  ]);

  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Todo listo' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('gear');
  expect(await page.evaluate(() => 'sameWindow' in window)).toBe(true);
});

test('what is set outweighs the system, in both directions, and the system decides again', async () => {
  for (const [system, set] of [
    ['light', 'dark'],
    ['dark', 'light'],
  ] as const) {
    const { page, main } = await open(SCENES.ready(), { colorScheme: system });
    const bySystem = await paper(page);
    main.say(setTo({ theme: set }, SCENES.ready()));
    await eventually(() => paper(page)).not.toBe(bySystem);
    main.say(SCENES.ready());
    await eventually(() => paper(page)).toBe(bySystem);
  }
});

test('a setting that an organisation decides on stays visible, says who, and cannot be changed', async () => {
  const ready = snapshotOf({});
  const settings = { ...ready.settings, locked: { language: 'Acme' } };
  const { page } = await open({ ...ready, settings });
  await page.getByRole('button', { name: 'Settings' }).click();
  const language = page.getByRole('group', { name: 'Language' });
  await language.getByText('Set by Acme').waitFor();
  for (const radio of await language.getByRole('radio').all()) expect(await radio.isDisabled()).toBe(true);
  expect(await page.getByRole('group', { name: 'Appearance' }).getByRole('radio').first().isEnabled()).toBe(
    true,
  );
  expect(await seriousIn(page)).toEqual([]);
});

test('[P26] nobody agrees while what they agree to is not on the screen; pausing and stopping are always there', async () => {
  const { page, main } = await open(SCENES['ready-chosen']());
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('.settings').waitFor();
  expect(await page.getByRole('button', { name: 'Agree and start' }).count()).toBe(0);
  await page.keyboard.press('Control+Shift+R');
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  main.expect('session.stop');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.keyboard.press('Control+Shift+S');
  await eventually(() => main.calls).toEqual([{ name: 'session.stop', request: {} }]);
});

test('what could not be saved is told, and shown as it still is', async () => {
  const { page, main } = await open(SCENES.ready());
  main.expect('settings.change', () => fail('settings-unwritable', 'settings.json (EACCES)'));
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page
    .getByRole('alert')
    .getByText('The settings could not be saved, so nothing was changed.')
    .waitFor();
  expect(await page.getByRole('group', { name: 'Appearance' }).getByRole('radio').first().isChecked()).toBe(
    true,
  );
});

test('settings that could not be read are told where one chooses, and not in the middle of a recording', async () => {
  const ready = snapshotOf({});
  const setAside = 'settings.damaged-20260303T142231500Z.json';
  const aside = (snapshot: Snapshot) => ({ ...snapshot, settings: { ...snapshot.settings, setAside } });
  const { page, main } = await open(aside(ready));
  await page.getByText(`The file is still there, as ${setAside}.`).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  main.say(aside(SCENES.recording()));
  await page.locator('.lamp-live').waitFor();
  expect(await page.locator('.note').count()).toBe(0);
});

test('keys for every program are pressed and not written, by keyboard alone, and what would be everybody’s is refused', async () => {
  const onDesktop = () => ({ ...SCENES.ready(), host: 'desktop' as const });
  const face = await open(onDesktop());
  const { page, main } = face;
  main.expect('settings.change', (change) => {
    const { shortcuts = {} } = change as Partial<Settings>;
    const next = setTo({ shortcuts: { startStop: null, pause: null, ...shortcuts } }, onDesktop());
    main.say(next);
    return ok(next);
  });
  await page.getByRole('button', { name: 'Settings' }).click();
  const pause = page.getByRole('button', { name: /^Pause or resume/ });
  await pause.focus();
  expect(await pause.textContent()).toBe('None');
  await page.keyboard.press('Enter');
  await page.getByText('Press the keys').waitFor();
  await page.keyboard.press('Shift+P');
  await page.getByText(/^Press them together with Ctrl/).waitFor();
  await page.keyboard.press('Control+Alt+P');
  await eventually(() => pause.textContent()).toBe('Ctrl+Alt+P');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await eventually(() => pause.textContent()).toBe('Ctrl+Alt+P');
  await page.locator('.settings').waitFor();
  await page.getByRole('button', { name: 'Remove for Pause or resume' }).click();
  await eventually(() => pause.textContent()).toBe('None');
  expect(main.calls.map(({ request }) => request)).toEqual([
    { shortcuts: { pause: 'Control+Alt+P' } },
    { shortcuts: { pause: null } },
  ]);
  expect(await seriousIn(page)).toEqual([]);
});

test('what only the desktop app does is offered there alone, and follows at once', async () => {
  const { page, main } = await open(SCENES.ready());
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('.settings').waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(0);
  main.say({ ...SCENES.ready(), host: 'desktop' });
  main.expect('settings.change');
  main.hold();
  const start = page.getByRole('checkbox', { name: 'Open Tallylight when I sign in' });
  await start.click();
  await eventually(() => start.isChecked()).toBe(true);
  main.release();
  await eventually(() => start.isChecked()).toBe(false);
  expect(main.calls).toEqual([{ name: 'settings.change', request: { startAtLogin: true } }]);
});

test('what the system did not take is told beside the setting', async () => {
  const ready = { ...SCENES.ready(), host: 'desktop' as const };
  const chosen = { shortcuts: { startStop: 'Alt+R', pause: null }, startAtLogin: true };
  const set = setTo(chosen, ready);
  const { page } = await open({
    ...set,
    settings: { ...set.settings, refused: ['startStop', 'startAtLogin'] },
  });
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('Another program or the system has these keys').waitFor();
  expect(await page.getByText('Another program or the system has these keys').count()).toBe(1);
  await page.getByText(/^The system does not allow it\./).waitFor();
});
